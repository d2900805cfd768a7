/** The bucket every SageMaker tool uses unless told otherwise. */
export const defaultBucketName = (region: string, accountId: string): string => `sagemaker-${region}-${accountId}`
