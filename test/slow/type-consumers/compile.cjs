// Compiles projects one after the other with one compiler, as its program `tsc` does: node compile.cjs TYPESCRIPT, with messages
// { folder, build }. A compiler that has compiled before needs a third of the time, because its own code has become machine code.
const path = require('node:path')
const process = require('node:process')
const ts = require(process.argv[2])

process.on('message', ({ folder, build }) => {
  // The compiler asks the process only once.
  ts.sys.getCurrentDirectory = () => folder
  const found = build === undefined ? compile(path.join(folder, 'tsconfig.json')) : buildAll(path.join(folder, build))
  const text = ts.formatDiagnostics(ts.sortAndDeduplicateDiagnostics(found), {
    getCurrentDirectory: () => folder,
    getCanonicalFileName: (name) => name,
    getNewLine: () => '\n',
  })
  process.send(text.trim())
})

/** `tsc -p FILE`. */
function compile(file) {
  const unreadable = []
  const host = { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (problem) => unreadable.push(problem) }
  const config = ts.getParsedCommandLineOfConfigFile(file, {}, host)
  if (config === undefined) return unreadable
  const { options, fileNames, projectReferences, errors } = config
  const program = ts.createProgram({ options, rootNames: fileNames, projectReferences, configFileParsingDiagnostics: errors })
  return [
    ...unreadable,
    ...program.getConfigFileParsingDiagnostics(),
    ...program.getOptionsDiagnostics(),
    ...program.getSyntacticDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...program.getSemanticDiagnostics(),
    ...program.emit().diagnostics,
  ]
}

/** `tsc -b FOLDER`. */
function buildAll(folder) {
  const found = []
  const host = ts.createSolutionBuilderHost(ts.sys, undefined, (problem) => found.push(problem))
  const code = ts.createSolutionBuilder(host, [folder], {}).build()
  if (code !== ts.ExitStatus.Success && found.length === 0) throw new Error(`The build ended with ${code}, and no problem`)
  return found
}
