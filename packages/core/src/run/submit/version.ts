/** This library's version, as its jobs are tagged with; kept equal to the package's by a test. */
export const version = '0.1.0'
