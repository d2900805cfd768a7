import { expect, test } from 'vitest'
import { settingsIn } from './pip-settings.ts'

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
  expect(settingsIn(listed, {})).toEqual({
    PIP_EXTRA_INDEX_URL: 'https://a.example/simple https://b.example/simple',
    PIP_INDEX_URL: 'https://install.example/simple',
    PIP_TRUSTED_HOST: "it's.example",
  })
})

test('what the environment says counts more than the files', () => {
  expect(settingsIn(listed, { PIP_INDEX_URL: 'x', PIP_EXTRA_INDEX_URL: '' })).toEqual({ PIP_TRUSTED_HOST: "it's.example" })
})
