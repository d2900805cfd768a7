// Rolls the types of the AWS requests we send into files of our own, from the pinned SDK: a program that uses core then loads
// one file of them instead of a thousand. With --check it only says whether they are up to date.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'
import ts from 'typescript'
import { main, root, SetupError } from './support.mjs'

const requests = ['CreateTrainingJobRequest', 'CreateProcessingJobRequest', 'CreateHyperParameterTuningJobRequest']
const instanceEnums = ['TrainingInstanceType', 'ProcessingInstanceType']
const sdk = dirname(createRequire(join(root, 'packages/core/package.json')).resolve('@aws-sdk/client-sagemaker/package.json'))

await main(async () => {
  const pages = pagesOf(readSdk())
  const old = []
  for (const [path, page] of Object.entries(pages)) {
    const text = formatted(path, page)
    const file = join(root, path)
    if ((await readFile(file, 'utf8').catch(() => '')) === text) continue
    old.push(path)
    if (!process.argv.includes('--check')) await writeFile(file, text)
  }
  if (process.argv.includes('--check') && old.length > 0)
    throw new SetupError(`Not what the SDK says: ${old.join(', ')}. Run: node scripts/sdk-types.mjs`)
})

function formatted(path, text) {
  return execFileSync(join(root, 'node_modules/.bin/oxfmt'), ['--stdin-filepath', path], {
    input: text,
    encoding: 'utf8',
    cwd: root,
  })
}

// Parsed, never checked: the whole SDK takes a compiler many seconds.
function readSdk() {
  const models = join(sdk, 'dist-types/models')
  const files = readdirSync(models).filter((name) => name.endsWith('.d.ts'))
  const trees = files.map((name) =>
    ts.createSourceFile(name, readFileSync(join(models, name), 'utf8'), ts.ScriptTarget.Latest, true),
  )
  const found = { interfaces: new Map(), enums: new Map() }
  for (const node of trees.flatMap((tree) => [...tree.statements])) {
    if (ts.isInterfaceDeclaration(node)) found.interfaces.set(node.name.text, node)
    if (ts.isVariableStatement(node)) found.enums.set(node.declarationList.declarations[0].name.text, node)
  }
  return found
}

function pagesOf({ interfaces, enums }) {
  const found = new Map()
  const isKnown = (name) => interfaces.has(name) || enums.has(name)
  const visit = (name) => {
    if (found.has(name) || instanceEnums.includes(name)) return
    const node = interfaces.get(name)
    const { text, needs } = node === undefined ? unionOf(name, enums.get(name)) : interfaceOf(node, isKnown)
    found.set(name, text)
    needs.forEach(visit)
  }
  requests.forEach(visit)
  const { version } = JSON.parse(readFileSync(join(sdk, 'package.json'), 'utf8'))
  const head = `// Printed by scripts/sdk-types.mjs from @aws-sdk/client-sagemaker ${version}: do not edit.\n`
  return {
    'packages/core/src/platform/sagemaker-requests.ts': [
      head,
      `import type { ProcessingInstanceType, TrainingInstanceType } from '../spec/instance-types.ts'\n`,
      ...found.values(),
    ].join('\n'),
    'packages/core/src/spec/instance-catalog.ts':
      head + instancePage(instanceEnums.map((name) => literalsOf(name, enums.get(name)))),
  }
}

function interfaceOf(node, isKnown) {
  const needs = new Set()
  const collect = (part) => {
    if (ts.isTypeReferenceNode(part) && isKnown(part.typeName.getText())) needs.add(part.typeName.getText())
    part.forEachChild(collect)
  }
  node.members.forEach(collect)
  if (node.heritageClauses !== undefined) throw new SetupError(`${node.name.text} extends another interface`)
  const members = node.members.map((member) => {
    const type = member.type.getText()
    return `${comment(member, '  ')}  ${member.name.getText()}${member.questionToken ? '?' : ''}: ${type}\n`
  })
  return { text: `${comment(node, '')}export interface ${node.name.text} {\n${members.join('')}}\n`, needs: [...needs] }
}

function unionOf(name, node) {
  const names = literalsOf(name, node).map((text) => `'${text}'`)
  return { text: `${comment(node, '')}export type ${name} = ${names.join(' | ')}\n`, needs: [] }
}

function literalsOf(name, node) {
  const members = node?.declarationList.declarations[0].type?.members
  if (members === undefined) throw new SetupError(`The SDK has no type ${name}`)
  return members.map((member) => member.type.literal.text).sort()
}

/** The first sentence of a comment, as text. */
function comment(node, indent) {
  const [docs] = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc)
  const html = docs === undefined ? '' : (ts.getTextOfJSDocComment(docs.comment) ?? '')
  const plain = html
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/\s+/g, ' ')
    .replaceAll('*/', '')
    .trim()
  const [sentence = ''] = /^.*?[.:](?=\s|$)/.exec(plain) ?? [plain]
  return sentence === '' ? '' : `${indent}/** ${sentence} */\n`
}

// One line a family: 300 types as one list would be 300 lines.
function instancePage([training, processing]) {
  const groups = {
    both: training.filter((type) => processing.includes(type)),
    trainingOnly: training.filter((type) => !processing.includes(type)),
    processingOnly: processing.filter((type) => !training.includes(type)),
  }
  const table = (types) => {
    const families = new Set(types.map((type) => type.split('.')[1]))
    const lines = [...families].map((family) => {
      const sizes = types.filter((type) => type.startsWith(`ml.${family}.`)).map((type) => `'${type.split('.')[2]}'`)
      return `    ${/^[a-z]\w*$/.test(family) ? family : `'${family}'`}: [${sizes.join(', ')}],\n`
    })
    return `{\n${lines.join('')}  }`
  }
  const entries = Object.entries(groups).map(([name, types]) => `  ${name}: ${table(types)},\n`)
  return `\n/** Machines that jobs can rent: family → sizes, by the kind of job that takes them. */\nexport const instanceCatalog = {\n${entries.join('')}} as const\n`
}
