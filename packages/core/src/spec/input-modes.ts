/** How a channel's files are given to several machines: all to each, or to each its share. */
export type Distribution = 'FullyReplicated' | 'ShardedByS3Key'
/** How a channel's files reach the program: copied first, opened on demand, or streamed. */
export type InputMode = 'File' | 'FastFile' | 'Pipe'
