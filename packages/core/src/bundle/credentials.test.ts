import { expect, test } from 'vitest'
import { seemsCredential } from './credentials.ts'

test('files that hold credentials are known by their names, in any case and anywhere', () => {
  for (const path of [
    '.aws/credentials',
    'a/.SSH/config',
    '.netrc',
    '.NPMRC',
    'id_rsa',
    'x/ID_RSA.pub',
    'server.PEM',
    '.pypirc',
    '.docker/config.json',
    '.kube/config',
    '.env',
    '.env.local',
    'my/.Env',
    '.config/gcloud/x',
  ])
    expect([path, seemsCredential(path)]).toEqual([path, true])
  for (const path of [
    'aws/credentials',
    'my.aws',
    'ssh',
    'netrc.txt',
    'pem',
    'a.pem.txt',
    'keys',
    'env',
    'x.env',
    'docker/config.json',
    'config/gcloud',
  ])
    expect([path, seemsCredential(path)]).toEqual([path, false])
})
