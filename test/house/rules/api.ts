import { posix } from 'node:path'
import ts from 'typescript'
import { exportsOf, type Read } from './exports.ts'
import { projectFile } from './files.ts'

/** An entry of a published package, as users import it, and its source. */
export interface Entry {
  readonly name: string
  readonly source: string
}

/** The entries of a package, by its own `exports`. */
export function entriesOf(folder: string): readonly Entry[] {
  const { name, exports } = JSON.parse(projectFile(`${folder}/package.json`)?.text ?? '{}') as {
    readonly name: string
    readonly exports: Readonly<Record<string, string | { readonly 'ssm-source'?: string }>>
  }
  return Object.entries(exports).flatMap(([path, targets]) => {
    const source = typeof targets === 'string' ? undefined : targets['ssm-source']
    return source === undefined ? [] : [{ name: posix.join(name, path), source: posix.join(folder, source) }]
  })
}

const printer = ts.createPrinter({ removeComments: true })

/** Every public name of an entry with its signature: what a user can write, and nothing of how it works. */
export function apiOf({ name, source }: Entry, read: Read): string {
  const lines = exportsOf(source, read)
    .toSorted((one, other) => (one.name < other.name ? -1 : 1))
    .map((exported) => {
      const text = printer.printNode(ts.EmitHint.Unspecified, signature(exported.node), exported.node.getSourceFile())
      return `${exported.name} =\n${text.replaceAll(/^/gm, '  ')}`
    })
  return `// ${name}\n\n${lines.join('\n\n')}\n`
}

function signature(node: ts.Statement): ts.Node {
  if (ts.isFunctionDeclaration(node))
    return ts.factory.updateFunctionDeclaration(
      node,
      node.modifiers,
      undefined,
      node.name,
      node.typeParameters,
      node.parameters,
      node.type,
      undefined,
    )
  if (ts.isClassDeclaration(node)) {
    const members = node.members.filter(isPublic).map(withoutBody)
    return ts.factory.updateClassDeclaration(node, node.modifiers, node.name, node.typeParameters, node.heritageClauses, members)
  }
  return node
}

const isPublic = (member: ts.ClassElement): boolean =>
  !(member.name !== undefined && ts.isPrivateIdentifier(member.name)) &&
  !ts.isClassStaticBlockDeclaration(member) &&
  !(ts.canHaveModifiers(member) && (ts.getModifiers(member) ?? []).some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword))

function withoutBody(member: ts.ClassElement): ts.ClassElement {
  const { factory } = ts
  if (ts.isMethodDeclaration(member)) {
    const { modifiers, asteriskToken, name, questionToken, typeParameters, parameters, type } = member
    return factory.updateMethodDeclaration(
      member,
      modifiers,
      asteriskToken,
      name,
      questionToken,
      typeParameters,
      parameters,
      type,
      undefined,
    )
  }
  if (ts.isConstructorDeclaration(member))
    return factory.updateConstructorDeclaration(member, member.modifiers, member.parameters, undefined)
  if (ts.isGetAccessor(member))
    return factory.updateGetAccessorDeclaration(member, member.modifiers, member.name, member.parameters, member.type, undefined)
  return member
}
