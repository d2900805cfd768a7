import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ownCache, sandbox, timeout } from './flow.ts'

ownCache()

test('machines of several groups know theirs, and an input for one group is shared out in it alone', { timeout }, async () => {
  await using place = sandbox()
  for (const name of ['a', 'b', 'c']) place.file(`data/${name}`, name)
  const files = 'cd "$SM_CHANNEL_SHARDS" && echo $(ls)'
  const line = `echo "$SM_CURRENT_HOST $SM_CURRENT_INSTANCE_GROUP $SM_CURRENT_INSTANCE_TYPE $SM_CURRENT_INSTANCE_GROUP_HOSTS $SM_IS_HETERO [$(${files})]"`
  const result = await place
    .project('p')
    .task('t')
    .shell(`${line}; case $SM_CURRENT_HOST in algo-1) echo "$SM_INSTANCE_GROUPS_DICT";; esac`)
    .instances([
      { group: 'data', type: 'ml.c5.xlarge', count: 2 },
      { group: 'train', type: 'ml.g5.xlarge' },
    ])
    .input.local(join(place.folder, 'data'), { channel: 'shards', distribution: 'ShardedByS3Key', groups: ['data'] })
    .run()
  const lines: string[] = []
  for await (const { text } of result.logs()) lines.push(text)
  const [hosts, last] = ['["algo-1","algo-2"]', '["algo-3"]']
  expect(lines.filter((text) => text.startsWith('algo-')).sort()).toEqual([
    `algo-1 data ml.c5.xlarge ${hosts} true [a c]`,
    `algo-2 data ml.c5.xlarge ${hosts} true [b]`,
    `algo-3 train ml.g5.xlarge ${last} true []`,
  ])
  const described = lines.find((text) => text.startsWith('{')) ?? ''
  expect(JSON.parse(described)).toEqual({
    data: { instance_group_name: 'data', instance_type: 'ml.c5.xlarge', hosts: ['algo-1', 'algo-2'] },
    train: { instance_group_name: 'train', instance_type: 'ml.g5.xlarge', hosts: ['algo-3'] },
  })
})

test('a launcher of the user gets what each machine knows, the entry and its arguments', { timeout }, async () => {
  await using place = sandbox()
  place.file('tool/show', '#!/bin/sh\nfor word; do printf "%s|" "$word"; done; echo\n', 0o755)
  const words = [
    '--of',
    '{machines}',
    '--rank={rank}',
    '--first',
    '{master}:{port}',
    '{hosts}',
    '{processes}x{allProcesses}',
    'a b $HOME',
  ]
  const result = await place
    .project('p')
    .task('t')
    .code(place.file('t.py', ''))
    .launch([join(place.folder, 'tool/show'), ...words])
    .env({ MASTER_ADDR: 'first', MASTER_PORT: '99' })
    .hyperparameters({ lr: 0.1 })
    .instances('ml.m5.large', 2)
    .run()
  const lines: string[] = []
  for await (const { text } of result.logs()) lines.push(text)
  expect(lines.sort()).toEqual(
    [0, 1].map((rank) => `--of|2|--rank=${rank}|--first|first:99|algo-1,algo-2|1x2|a b $HOME|t.py|--lr|0.1|`),
  )
})
