/** The version of this package; kept equal to its manifest by a test. */
export const version = '0.1.0'
