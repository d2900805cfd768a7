/** One training job as SageMaker's own toolkit and our launcher are both shown it. */

export const toolkitVersion = '5.1.4'

const hosts = ['algo-1', 'algo-2']

/** The configuration files of its second machine, in `input/config`. */
export const toolkitJob: Readonly<Record<string, unknown>> = {
  'hyperparameters.json': {
    min: '3',
    lr: '0.5',
    name: '"a b"',
    flag: 'true',
    list: '[1, "x"]',
    k: '5',
    sagemaker_program: '"train.py"',
    sagemaker_container_log_level: '20',
  },
  'inputdataconfig.json': {
    data: { TrainingInputMode: 'File', S3DistributionType: 'FullyReplicated', RecordWrapperType: 'None' },
    test: { TrainingInputMode: 'File', S3DistributionType: 'ShardedByS3Key', RecordWrapperType: 'None' },
  },
  'resourceconfig.json': {
    current_host: 'algo-2',
    current_instance_type: 'ml.m5.large',
    current_group_name: 'homogeneousCluster',
    hosts,
    instance_groups: [{ instance_group_name: 'homogeneousCluster', instance_type: 'ml.m5.large', hosts }],
    network_interface_name: 'eth0',
    topology: null,
  },
}

/** Stands for the folder the job lies in, `/opt/ml`. */
export const base = '<base>'
