// Rolls the types of the AWS requests we send into files of our own, from the pinned SDK: a program that uses core then loads
// one file of them instead of a thousand. With --check it only says whether they are up to date.
import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import process from 'node:process'
import ts from 'typescript'
import { main, root, SetupError } from './support.mjs'

const requests = ['CreateTrainingJobRequest', 'CreateProcessingJobRequest']
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

function readSdk() {
  const entry = join(sdk, 'dist-types/index.d.ts')
  const program = ts.createProgram([entry], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  })
  const checker = program.getTypeChecker()
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(entry)))
  return { checker, byName: new Map(exported.map((symbol) => [symbol.name, symbol])) }
}

function pagesOf({ checker, byName }) {
  const found = new Map()
  const visit = (name) => {
    if (found.has(name) || instanceEnums.includes(name)) return
    const symbol = byName.get(name)
    if (symbol === undefined) throw new SetupError(`The SDK has no type ${name}`)
    const declaration = declarationOf(checker, symbol)
    const { text, needs } = ts.isInterfaceDeclaration(declaration) ? interfaceOf(declaration, byName) : unionOf(checker, symbol)
    found.set(name, text)
    needs.forEach(visit)
  }
  requests.forEach(visit)
  const version = JSON.parse(ts.sys.readFile(join(sdk, 'package.json'))).version
  const head = `// Printed by scripts/sdk-types.mjs from @aws-sdk/client-sagemaker ${version}: do not edit.\n`
  return {
    'packages/core/src/platform/sagemaker-requests.ts': [
      head,
      `import type { ProcessingInstanceType, TrainingInstanceType } from '../spec/instance-types.ts'\n`,
      ...found.values(),
    ].join('\n'),
    'packages/core/src/spec/instance-catalog.ts': head + instancePage(valuesOf(checker, byName)),
  }
}

// Of a type and a constant of one name, the type.
function declarationOf(checker, symbol) {
  const aimed = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
  return aimed.declarations.find((node) => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node))
}

function interfaceOf(node, byName) {
  const needs = new Set()
  const collect = (part) => {
    if (ts.isTypeReferenceNode(part) && byName.has(part.typeName.getText())) needs.add(part.typeName.getText())
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

function unionOf(checker, symbol) {
  const names = literalsOf(checker, symbol).map((text) => `'${text}'`)
  return { text: `${comment(declarationOf(checker, symbol), '')}export type ${symbol.name} = ${names.join(' | ')}\n`, needs: [] }
}

function literalsOf(checker, symbol) {
  const type = checker.getDeclaredTypeOfSymbol(symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol)
  const parts = type.isUnion() ? type.types : [type]
  if (!parts.every((part) => part.isStringLiteral())) throw new SetupError(`${symbol.name} is no union of texts`)
  return parts.map((part) => part.value).sort()
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

function valuesOf(checker, byName) {
  return instanceEnums.map((name) => literalsOf(checker, byName.get(name)))
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
