/** Names of files and folders that hold credentials, in the syntax of `.gitignore`; the case of letters does not count. */
export const credentialRules: readonly string[] = [
  '.aws',
  '.ssh',
  '.netrc',
  '_netrc',
  '.npmrc',
  '.pypirc',
  '.git-credentials',
  'id_rsa*',
  'id_dsa*',
  'id_ecdsa*',
  'id_ed25519*',
  '*.pem',
  '*.p12',
  '*.pfx',
  '*.key',
  '.kube',
  '.docker',
  '.config/gcloud',
]

/** Not sent with code, as a rule without a word: many projects have one. Among data it is told like the others. */
export const environmentFiles = '.env*'

const shape = new RegExp(`(^|/)(${[...credentialRules, environmentFiles].map(asExpression).join('|')})(/|$)`, 'i')

function asExpression(rule: string): string {
  return rule.replaceAll('.', '\\.').replaceAll('*', '[^/]*')
}

/** Whether a path, relative and with `/`, names a file that seems to hold credentials. */
export const seemsCredential = (path: string): boolean => shape.test(path)

/** A rule for a library that knows no rules without regard to case. */
export const inAnyCase = (rule: string): string => rule.replace(/[a-z]/g, (letter) => `[${letter}${letter.toUpperCase()}]`)
