import { expect, test } from 'vitest'
import { isSourceVariable, settingsIn, settingsOfFiles } from './pip-settings.ts'

const listed = `:env:.index-url='https://env.example/simple'
global.extra-index-url='\\nhttps://a.example/simple\\n  https://b.example/simple'
global.index-url='https://global.example/simple'
global.require-virtualenv='true'
install.index-url='https://install.example/simple'
install.target='/home/me/packages'
install.trusted_host="it's.example"
global.cert=''
list.format='columns'
`

test('of the files of pip, what says where packages come from is kept, the settings of the command before the general ones', () => {
  expect(settingsIn(listed, 'install', {})).toEqual({
    PIP_EXTRA_INDEX_URL: 'https://a.example/simple https://b.example/simple',
    PIP_INDEX_URL: 'https://install.example/simple',
    PIP_TRUSTED_HOST: "it's.example",
  })
})

test('what the environment says counts more than the files', () => {
  expect(settingsIn(listed, 'install', { PIP_INDEX_URL: 'x', PIP_EXTRA_INDEX_URL: '' })).toEqual({
    PIP_TRUSTED_HOST: "it's.example",
  })
})

test('each command of pip has a section of its own', () => {
  expect(settingsIn(listed, 'download', {})).toEqual({
    PIP_EXTRA_INDEX_URL: 'https://a.example/simple https://b.example/simple',
    PIP_INDEX_URL: 'https://global.example/simple',
  })
})

test('once pip told its settings it reads no file; one that cannot tell them goes on reading', () => {
  expect(Object.keys(settingsOfFiles('', 'install', {}))).toEqual(['PIP_CONFIG_FILE'])
  expect(settingsOfFiles(undefined, 'install', {})).toEqual({})
})

test('the variables that count are those of the same settings', () => {
  expect(['PIP_INDEX_URL', 'PIP_PROXY', 'PIP_USE_FEATURE'].filter(isSourceVariable)).toHaveLength(3)
  expect(['PIP_TARGET', 'PIP_CONSTRAINT', 'PIP_NO_BINARY', 'INDEX_URL', 'pip_index_url'].filter(isSourceVariable)).toEqual([])
})
