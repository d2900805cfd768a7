// Runs in a process of the tests before a test file: what this process starts from now on writes down what it executes. Set for the process of
// the tests itself, Node would measure it a second time.
import process from 'node:process'

process.env['NODE_V8_COVERAGE'] = process.env['SSM_COVERAGE']
