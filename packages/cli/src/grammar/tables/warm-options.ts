import { text } from '@simple-sagemaker/core/options'

/** What `warm` takes. */
export const warmOptions = {
  end: text({
    summary: 'Let go of the warm machines of this job, or of all that are listed.',
    source: 'KeepAlivePeriodInSeconds',
    longest: 63,
    shape: 'the name of a job, or all',
    flag: { names: ['end'], args: ['JOB|all'] },
  }),
}
