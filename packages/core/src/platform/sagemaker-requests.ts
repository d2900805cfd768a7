// Printed by scripts/sdk-types.mjs from @aws-sdk/client-sagemaker 3.1142.0: do not edit.

import type { ProcessingInstanceType, TrainingInstanceType } from '../spec/instance-types.ts'

export interface CreateTrainingJobRequest {
  /** The name of the training job. */
  TrainingJobName: string | undefined
  /** Algorithm-specific parameters that influence the quality of the model. */
  HyperParameters?: Record<string, string> | undefined
  /** The registry path of the Docker image that contains the training algorithm and algorithm-specific metadata, including the input mode. */
  AlgorithmSpecification?: AlgorithmSpecification | undefined
  /** The Amazon Resource Name (ARN) of an IAM role that SageMaker can assume to perform tasks on your behalf. */
  RoleArn: string | undefined
  /** An array of Channel objects. */
  InputDataConfig?: Channel[] | undefined
  /** Specifies the path to the S3 location where you want to store model artifacts. */
  OutputDataConfig: OutputDataConfig | undefined
  /** The resources, including the ML compute instances and ML storage volumes, to use for model training. */
  ResourceConfig?: ResourceConfig | undefined
  /** A VpcConfig object that specifies the VPC that you want your training job to connect to. */
  VpcConfig?: VpcConfig | undefined
  /** Specifies a limit to how long a model training job can run. */
  StoppingCondition?: StoppingCondition | undefined
  /** An array of key-value pairs. */
  Tags?: Tag[] | undefined
  /** Isolates the training container. */
  EnableNetworkIsolation?: boolean | undefined
  /** To encrypt all communications between ML compute instances in distributed training, choose True. */
  EnableInterContainerTrafficEncryption?: boolean | undefined
  /** To train models using managed spot training, choose True. */
  EnableManagedSpotTraining?: boolean | undefined
  /** Contains information about the output location for managed spot training checkpoint data. */
  CheckpointConfig?: CheckpointConfig | undefined
  /** Configuration information for the Amazon SageMaker Debugger hook parameters, metric and tensor collections, and storage paths. */
  DebugHookConfig?: DebugHookConfig | undefined
  /** Configuration information for Amazon SageMaker Debugger rules for debugging output tensors. */
  DebugRuleConfigurations?: DebugRuleConfiguration[] | undefined
  /** Configuration of storage locations for the Amazon SageMaker Debugger TensorBoard output data. */
  TensorBoardOutputConfig?: TensorBoardOutputConfig | undefined
  /** Associates a SageMaker job as a trial component with an experiment and trial. */
  ExperimentConfig?: ExperimentConfig | undefined
  /** Configuration information for Amazon SageMaker Debugger system monitoring, framework profiling, and storage paths. */
  ProfilerConfig?: ProfilerConfig | undefined
  /** Configuration information for Amazon SageMaker Debugger rules for profiling system and framework metrics. */
  ProfilerRuleConfigurations?: ProfilerRuleConfiguration[] | undefined
  /** The environment variables to set in the Docker container. */
  Environment?: Record<string, string> | undefined
  /** The number of times to retry the job when the job fails due to an InternalServerError. */
  RetryStrategy?: RetryStrategy | undefined
  /** Configuration for remote debugging. */
  RemoteDebugConfig?: RemoteDebugConfig | undefined
  /** Contains information about the infrastructure health check configuration for the training job. */
  InfraCheckConfig?: InfraCheckConfig | undefined
  /** Contains information about attribute-based access control (ABAC) for the training job. */
  SessionChainingConfig?: SessionChainingConfig | undefined
  /** The configuration for serverless training jobs. */
  ServerlessJobConfig?: ServerlessJobConfig | undefined
  /** The MLflow configuration using SageMaker managed MLflow. */
  MlflowConfig?: MlflowConfig | undefined
  /** The configuration for the model package. */
  ModelPackageConfig?: ModelPackageConfig | undefined
}

/** Specifies the training algorithm to use in a CreateTrainingJob request. */
export interface AlgorithmSpecification {
  /** The registry path of the Docker image that contains the training algorithm. */
  TrainingImage?: string | undefined
  /** The name of the algorithm resource to use for the training job. */
  AlgorithmName?: string | undefined
  /** The training input mode that the algorithm supports. */
  TrainingInputMode: TrainingInputMode | undefined
  /** A list of metric definition objects. */
  MetricDefinitions?: MetricDefinition[] | undefined
  /** To generate and save time-series metrics during training, set to true. */
  EnableSageMakerMetricsTimeSeries?: boolean | undefined
  /** The entrypoint script for a Docker container used to run a training job. */
  ContainerEntrypoint?: string[] | undefined
  /** The arguments for a container used to run a training job. */
  ContainerArguments?: string[] | undefined
  /** The configuration to use an image from a private Docker registry for a training job. */
  TrainingImageConfig?: TrainingImageConfig | undefined
}

export type TrainingInputMode = 'FastFile' | 'File' | 'Pipe'

/** Specifies a metric that the training algorithm writes to stderr or stdout. */
export interface MetricDefinition {
  /** The name of the metric. */
  Name: string | undefined
  /** A regular expression that searches the output of a training job and gets the value of the metric. */
  Regex: string | undefined
}

/** The configuration to use an image from a private Docker registry for a training job. */
export interface TrainingImageConfig {
  /** The method that your training job will use to gain access to the images in your private Docker registry. */
  TrainingRepositoryAccessMode: TrainingRepositoryAccessMode | undefined
  /** An object containing authentication information for a private Docker registry containing your training images. */
  TrainingRepositoryAuthConfig?: TrainingRepositoryAuthConfig | undefined
}

export type TrainingRepositoryAccessMode = 'Platform' | 'Vpc'

/** An object containing authentication information for a private Docker registry. */
export interface TrainingRepositoryAuthConfig {
  /** The Amazon Resource Name (ARN) of an Amazon Web Services Lambda function used to give SageMaker access credentials to your private Docker registry. */
  TrainingRepositoryCredentialsProviderArn: string | undefined
}

/** A channel is a named input source that training algorithms can consume. */
export interface Channel {
  /** The name of the channel. */
  ChannelName: string | undefined
  /** The location of the channel data. */
  DataSource: DataSource | undefined
  /** The MIME type of the data. */
  ContentType?: string | undefined
  /** If training data is compressed, the compression type. */
  CompressionType?: CompressionType | undefined
  /** Specify RecordIO as the value when input data is in raw format but the training algorithm requires the RecordIO format. */
  RecordWrapperType?: RecordWrapper | undefined
  /** (Optional) The input mode to use for the data channel in a training job. */
  InputMode?: TrainingInputMode | undefined
  /** A configuration for a shuffle option for input data in a channel. */
  ShuffleConfig?: ShuffleConfig | undefined
}

/** Describes the location of the channel data. */
export interface DataSource {
  /** The S3 location of the data source that is associated with a channel. */
  S3DataSource?: S3DataSource | undefined
  /** The file system that is associated with a channel. */
  FileSystemDataSource?: FileSystemDataSource | undefined
  /** The dataset resource that's associated with a channel. */
  DatasetSource?: DatasetSource | undefined
}

/** Describes the S3 data source. */
export interface S3DataSource {
  /** If you choose S3Prefix, S3Uri identifies a key name prefix. */
  S3DataType: S3DataType | undefined
  /** Depending on the value specified for the S3DataType, identifies either a key name prefix or a manifest. */
  S3Uri: string | undefined
  /** If you want SageMaker to replicate the entire dataset on each ML compute instance that is launched for model training, specify FullyReplicated. */
  S3DataDistributionType?: S3DataDistribution | undefined
  /** A list of one or more attribute names to use that are found in a specified augmented manifest file. */
  AttributeNames?: string[] | undefined
  /** A list of names of instance groups that get data from the S3 data source. */
  InstanceGroupNames?: string[] | undefined
  /** The access configuration file to control access to the ML model. */
  ModelAccessConfig?: ModelAccessConfig | undefined
  /** The configuration for a private hub model reference that points to a SageMaker JumpStart public hub model. */
  HubAccessConfig?: HubAccessConfig | undefined
}

export type S3DataType = 'AugmentedManifestFile' | 'Converse' | 'ManifestFile' | 'S3Prefix'

export type S3DataDistribution = 'FullyReplicated' | 'ShardedByS3Key'

/** The access configuration file to control access to the ML model. */
export interface ModelAccessConfig {
  /** Specifies agreement to the model end-user license agreement (EULA). */
  AcceptEula: boolean | undefined
}

/** The configuration for a private hub model reference that points to a public SageMaker JumpStart model. */
export interface HubAccessConfig {
  /** The ARN of your private model hub content. */
  HubContentArn: string | undefined
}

/** Specifies a file system data source for a channel. */
export interface FileSystemDataSource {
  /** The file system id. */
  FileSystemId: string | undefined
  /** The access mode of the mount of the directory associated with the channel. */
  FileSystemAccessMode: FileSystemAccessMode | undefined
  /** The file system type. */
  FileSystemType: FileSystemType | undefined
  /** The full path to the directory to associate with the channel. */
  DirectoryPath: string | undefined
}

export type FileSystemAccessMode = 'ro' | 'rw'

export type FileSystemType = 'EFS' | 'FSxLustre'

/** Specifies a dataset source for a channel. */
export interface DatasetSource {
  /** The Amazon Resource Name (ARN) of the dataset resource. */
  DatasetArn: string | undefined
}

export type CompressionType = 'Gzip' | 'None'

export type RecordWrapper = 'None' | 'RecordIO'

/** A configuration for a shuffle option for input data in a channel. */
export interface ShuffleConfig {
  /** Determines the shuffling order in ShuffleConfig value. */
  Seed: number | undefined
}

/** Provides information about how to store model training results (model artifacts). */
export interface OutputDataConfig {
  /** The Amazon Web Services Key Management Service (Amazon Web Services KMS) key that SageMaker uses to encrypt the model artifacts at rest using Amazon S3 server-side encryption. */
  KmsKeyId?: string | undefined
  /** Identifies the S3 path where you want SageMaker to store the model artifacts. */
  S3OutputPath: string | undefined
  /** The model output compression type. */
  CompressionType?: OutputCompressionType | undefined
}

export type OutputCompressionType = 'GZIP' | 'NONE'

/** Describes the resources, including machine learning (ML) compute instances and ML storage volumes, to use for model training. */
export interface ResourceConfig {
  /** The ML compute instance type. */
  InstanceType?: TrainingInstanceType | undefined
  /** The number of ML compute instances to use. */
  InstanceCount?: number | undefined
  /** The size of the ML storage volume that you want to provision. */
  VolumeSizeInGB?: number | undefined
  /** The Amazon Web Services KMS key that SageMaker uses to encrypt data on the storage volume attached to the ML compute instance(s) that run the training job. */
  VolumeKmsKeyId?: string | undefined
  /** The duration of time in seconds to retain configured resources in a warm pool for subsequent training jobs. */
  KeepAlivePeriodInSeconds?: number | undefined
  /** The configuration of a heterogeneous cluster in JSON format. */
  InstanceGroups?: InstanceGroup[] | undefined
  /** The Amazon Resource Name (ARN); of the training plan to use for this resource configuration. */
  TrainingPlanArn?: string | undefined
  /** Configuration for how training job instances are placed and allocated within UltraServers. */
  InstancePlacementConfig?: InstancePlacementConfig | undefined
  /** An ordered list of ML compute instance types for the training job, in priority order. */
  InstancePreferences?: InstancePreference[] | undefined
  /** The instance type that SageMaker selected for the job from the provided InstancePreferences. */
  SelectedInstanceType?: TrainingInstanceType | undefined
  /** The number of instances of SelectedInstanceType that the training job launched with. */
  SelectedInstanceCount?: number | undefined
}

/** Defines an instance group for heterogeneous cluster training. */
export interface InstanceGroup {
  /** Specifies the instance type of the instance group. */
  InstanceType: TrainingInstanceType | undefined
  /** Specifies the number of instances of the instance group. */
  InstanceCount: number | undefined
  /** Specifies the name of the instance group. */
  InstanceGroupName: string | undefined
}

/** Configuration for how instances are placed and allocated within UltraServers. */
export interface InstancePlacementConfig {
  /** If set to true, allows multiple jobs to share the same UltraServer instances. */
  EnableMultipleJobs?: boolean | undefined
  /** A list of specifications for how instances should be placed on specific UltraServers. */
  PlacementSpecifications?: PlacementSpecification[] | undefined
}

/** Specifies how instances should be placed on a specific UltraServer. */
export interface PlacementSpecification {
  /** The unique identifier of the UltraServer where instances should be placed. */
  UltraServerId?: string | undefined
  /** The number of ML compute instances required to be placed together on the same UltraServer. */
  InstanceCount: number | undefined
}

/** A candidate instance type preference in an InstancePreferences list. */
export interface InstancePreference {
  /** The ML compute instance type. */
  InstanceType: TrainingInstanceType | undefined
  /** The number of instances to launch if this instance type is selected. */
  InstanceCount?: number | undefined
  /** The Amazon Resource Name (ARN) of a training plan to use if this instance type is selected. */
  TrainingPlanArns?: string[] | undefined
}

/** Specifies an Amazon Virtual Private Cloud (VPC) that your SageMaker jobs, hosted models, and compute resources have access to. */
export interface VpcConfig {
  /** The VPC security group IDs, in the form sg-xxxxxxxx. */
  SecurityGroupIds: string[] | undefined
  /** The ID of the subnets in the VPC to which you want to connect your training job or model. */
  Subnets: string[] | undefined
}

/** Specifies a limit to how long a job can run. */
export interface StoppingCondition {
  /** The maximum length of time, in seconds, that a training or compilation job can run before it is stopped. */
  MaxRuntimeInSeconds?: number | undefined
  /** The maximum length of time, in seconds, that a managed Spot training job has to complete. */
  MaxWaitTimeInSeconds?: number | undefined
  /** The maximum length of time, in seconds, that a training or compilation job can be pending before it is stopped. */
  MaxPendingTimeInSeconds?: number | undefined
}

/** A tag object that consists of a key and an optional value, used to manage metadata for SageMaker Amazon Web Services resources. */
export interface Tag {
  /** The tag key. */
  Key: string | undefined
  /** The tag value. */
  Value: string | undefined
}

/** Contains information about the output location for managed spot training checkpoint data. */
export interface CheckpointConfig {
  /** Identifies the S3 path where you want SageMaker to store checkpoints. */
  S3Uri: string | undefined
  /** (Optional) The local directory where checkpoints are written. */
  LocalPath?: string | undefined
}

/** Configuration information for the Amazon SageMaker Debugger hook parameters, metric and tensor collections, and storage paths. */
export interface DebugHookConfig {
  /** Path to local storage location for metrics and tensors. */
  LocalPath?: string | undefined
  /** Path to Amazon S3 storage location for metrics and tensors. */
  S3OutputPath: string | undefined
  /** Configuration information for the Amazon SageMaker Debugger hook parameters. */
  HookParameters?: Record<string, string> | undefined
  /** Configuration information for Amazon SageMaker Debugger tensor collections. */
  CollectionConfigurations?: CollectionConfiguration[] | undefined
}

/** Configuration information for the Amazon SageMaker Debugger output tensor collections. */
export interface CollectionConfiguration {
  /** The name of the tensor collection. */
  CollectionName?: string | undefined
  /** Parameter values for the tensor collection. */
  CollectionParameters?: Record<string, string> | undefined
}

/** Configuration information for SageMaker Debugger rules for debugging. */
export interface DebugRuleConfiguration {
  /** The name of the rule configuration. */
  RuleConfigurationName: string | undefined
  /** Path to local storage location for output of rules. */
  LocalPath?: string | undefined
  /** Path to Amazon S3 storage location for rules. */
  S3OutputPath?: string | undefined
  /** The Amazon Elastic Container (ECR) Image for the managed rule evaluation. */
  RuleEvaluatorImage: string | undefined
  /** The instance type to deploy a custom rule for debugging a training job. */
  InstanceType?: ProcessingInstanceType | undefined
  /** The size, in GB, of the ML storage volume attached to the processing instance. */
  VolumeSizeInGB?: number | undefined
  /** Runtime configuration for rule container. */
  RuleParameters?: Record<string, string> | undefined
}

/** Configuration of storage locations for the Amazon SageMaker Debugger TensorBoard output data. */
export interface TensorBoardOutputConfig {
  /** Path to local storage location for tensorBoard output. */
  LocalPath?: string | undefined
  /** Path to Amazon S3 storage location for TensorBoard output. */
  S3OutputPath: string | undefined
}

/** Associates a SageMaker job as a trial component with an experiment and trial. */
export interface ExperimentConfig {
  /** The name of an existing experiment to associate with the trial component. */
  ExperimentName?: string | undefined
  /** The name of an existing trial to associate the trial component with. */
  TrialName?: string | undefined
  /** The display name for the trial component. */
  TrialComponentDisplayName?: string | undefined
  /** The name of the experiment run to associate with the trial component. */
  RunName?: string | undefined
}

/** Configuration information for Amazon SageMaker Debugger system monitoring, framework profiling, and storage paths. */
export interface ProfilerConfig {
  /** Path to Amazon S3 storage location for system and framework metrics. */
  S3OutputPath?: string | undefined
  /** A time interval for capturing system metrics in milliseconds. */
  ProfilingIntervalInMilliseconds?: number | undefined
  /** Configuration information for capturing framework metrics. */
  ProfilingParameters?: Record<string, string> | undefined
  /** Configuration to turn off Amazon SageMaker Debugger's system monitoring and profiling functionality. */
  DisableProfiler?: boolean | undefined
}

/** Configuration information for profiling rules. */
export interface ProfilerRuleConfiguration {
  /** The name of the rule configuration. */
  RuleConfigurationName: string | undefined
  /** Path to local storage location for output of rules. */
  LocalPath?: string | undefined
  /** Path to Amazon S3 storage location for rules. */
  S3OutputPath?: string | undefined
  /** The Amazon Elastic Container Registry Image for the managed rule evaluation. */
  RuleEvaluatorImage: string | undefined
  /** The instance type to deploy a custom rule for profiling a training job. */
  InstanceType?: ProcessingInstanceType | undefined
  /** The size, in GB, of the ML storage volume attached to the processing instance. */
  VolumeSizeInGB?: number | undefined
  /** Runtime configuration for rule container. */
  RuleParameters?: Record<string, string> | undefined
}

/** The retry strategy to use when a training job fails due to an InternalServerError. */
export interface RetryStrategy {
  /** The number of times to retry the job. */
  MaximumRetryAttempts: number | undefined
}

/** Configuration for remote debugging for the CreateTrainingJob API. */
export interface RemoteDebugConfig {
  /** If set to True, enables remote debugging. */
  EnableRemoteDebug?: boolean | undefined
}

/** Configuration information for the infrastructure health check of a training job. */
export interface InfraCheckConfig {
  /** Enables an infrastructure health check. */
  EnableInfraCheck?: boolean | undefined
}

/** Contains information about attribute-based access control (ABAC) for a training job. */
export interface SessionChainingConfig {
  /** Set to True to allow SageMaker to extract session tags from a training job creation role and reuse these tags when assuming the training job execution role. */
  EnableSessionTagChaining?: boolean | undefined
}

/** The configuration for the serverless training job. */
export interface ServerlessJobConfig {
  /** The base model Amazon Resource Name (ARN) in SageMaker Public Hub. */
  BaseModelArn: string | undefined
  /** Specifies agreement to the model end-user license agreement (EULA). */
  AcceptEula?: boolean | undefined
  /** The serverless training job type. */
  JobType: ServerlessJobType | undefined
  /** The model customization technique. */
  CustomizationTechnique?: CustomizationTechnique | undefined
  /** The parameter-efficient fine-tuning configuration. */
  Peft?: Peft | undefined
  /** The evaluation job type. */
  EvaluationType?: EvaluationType | undefined
  /** The evaluator Amazon Resource Name (ARN) used as reward function or reward prompt. */
  EvaluatorArn?: string | undefined
  /** The maximum sequence length, in tokens, that the customization job supports. */
  SequenceLength?: string | undefined
}

export type ServerlessJobType = 'Evaluation' | 'FineTuning'

export type CustomizationTechnique = 'DPO' | 'RLAIF' | 'RLVR' | 'SFT'

export type Peft = 'LORA'

export type EvaluationType = 'BenchmarkEvaluation' | 'CustomScorerEvaluation' | 'LLMAJEvaluation'

/** The MLflow configuration using SageMaker managed MLflow. */
export interface MlflowConfig {
  /** The Amazon Resource Name (ARN) of the MLflow resource. */
  MlflowResourceArn: string | undefined
  /** The MLflow experiment name used for this job. */
  MlflowExperimentName?: string | undefined
  /** The MLflow run name used for this job. */
  MlflowRunName?: string | undefined
}

/** The configuration for the Model package. */
export interface ModelPackageConfig {
  /** The Amazon Resource Name (ARN) of the model package group of output model package. */
  ModelPackageGroupArn: string | undefined
  /** The Amazon Resource Name (ARN) of the source model package used for continued fine-tuning and custom model evaluation. */
  SourceModelPackageArn?: string | undefined
}

export interface CreateProcessingJobRequest {
  /** An array of inputs configuring the data to download into the processing container. */
  ProcessingInputs?: ProcessingInput[] | undefined
  /** Output configuration for the processing job. */
  ProcessingOutputConfig?: ProcessingOutputConfig | undefined
  /** The name of the processing job. */
  ProcessingJobName: string | undefined
  /** Identifies the resources, ML compute instances, and ML storage volumes to deploy for a processing job. */
  ProcessingResources: ProcessingResources | undefined
  /** The time limit for how long the processing job is allowed to run. */
  StoppingCondition?: ProcessingStoppingCondition | undefined
  /** Configures the processing job to run a specified Docker container image. */
  AppSpecification: AppSpecification | undefined
  /** The environment variables to set in the Docker container. */
  Environment?: Record<string, string> | undefined
  /** Networking options for a processing job, such as whether to allow inbound and outbound network calls to and from processing containers, and the VPC subnets and security groups to use for VPC-enabled processing jobs. */
  NetworkConfig?: NetworkConfig | undefined
  /** The Amazon Resource Name (ARN) of an IAM role that Amazon SageMaker can assume to perform tasks on your behalf. */
  RoleArn: string | undefined
  /** (Optional) An array of key-value pairs. */
  Tags?: Tag[] | undefined
  /** Associates a SageMaker job as a trial component with an experiment and trial. */
  ExperimentConfig?: ExperimentConfig | undefined
}

/** The inputs for a processing job. */
export interface ProcessingInput {
  /** The name for the processing job input. */
  InputName: string | undefined
  /** When True, input operations such as data download are managed natively by the processing job application. */
  AppManaged?: boolean | undefined
  /** Configuration for downloading input data from Amazon S3 into the processing container. */
  S3Input?: ProcessingS3Input | undefined
  /** Configuration for a Dataset Definition input. */
  DatasetDefinition?: DatasetDefinition | undefined
}

/** Configuration for downloading input data from Amazon S3 into the processing container. */
export interface ProcessingS3Input {
  /** The URI of the Amazon S3 prefix Amazon SageMaker downloads data required to run a processing job. */
  S3Uri: string | undefined
  /** The local path in your container where you want Amazon SageMaker to write input data to. */
  LocalPath?: string | undefined
  /** Whether you use an S3Prefix or a ManifestFile for the data type. */
  S3DataType: ProcessingS3DataType | undefined
  /** Whether to use File or Pipe input mode. */
  S3InputMode?: ProcessingS3InputMode | undefined
  /** Whether to distribute the data from Amazon S3 to all processing instances with FullyReplicated, or whether the data from Amazon S3 is sharded by Amazon S3 key, downloading one shard of data to each processing instance. */
  S3DataDistributionType?: ProcessingS3DataDistributionType | undefined
  /** Whether to GZIP-decompress the data in Amazon S3 as it is streamed into the processing container. */
  S3CompressionType?: ProcessingS3CompressionType | undefined
}

export type ProcessingS3DataType = 'ManifestFile' | 'S3Prefix'

export type ProcessingS3InputMode = 'File' | 'Pipe'

export type ProcessingS3DataDistributionType = 'FullyReplicated' | 'ShardedByS3Key'

export type ProcessingS3CompressionType = 'Gzip' | 'None'

/** Configuration for Dataset Definition inputs. */
export interface DatasetDefinition {
  /** Configuration for Athena Dataset Definition input. */
  AthenaDatasetDefinition?: AthenaDatasetDefinition | undefined
  /** Configuration for Redshift Dataset Definition input. */
  RedshiftDatasetDefinition?: RedshiftDatasetDefinition | undefined
  /** The local path where you want Amazon SageMaker to download the Dataset Definition inputs to run a processing job. */
  LocalPath?: string | undefined
  /** Whether the generated dataset is FullyReplicated or ShardedByS3Key (default). */
  DataDistributionType?: DataDistributionType | undefined
  /** Whether to use File or Pipe input mode. */
  InputMode?: InputMode | undefined
}

/** Configuration for Athena Dataset Definition input. */
export interface AthenaDatasetDefinition {
  /** The name of the data catalog used in Athena query execution. */
  Catalog: string | undefined
  /** The name of the database used in the Athena query execution. */
  Database: string | undefined
  /** The SQL query statements, to be executed. */
  QueryString: string | undefined
  /** The name of the workgroup in which the Athena query is being started. */
  WorkGroup?: string | undefined
  /** The location in Amazon S3 where Athena query results are stored. */
  OutputS3Uri: string | undefined
  /** The Amazon Web Services Key Management Service (Amazon Web Services KMS) key that Amazon SageMaker uses to encrypt data generated from an Athena query execution. */
  KmsKeyId?: string | undefined
  /** The data storage format for Athena query results. */
  OutputFormat: AthenaResultFormat | undefined
  /** The compression used for Athena query results. */
  OutputCompression?: AthenaResultCompressionType | undefined
}

export type AthenaResultFormat = 'AVRO' | 'JSON' | 'ORC' | 'PARQUET' | 'TEXTFILE'

export type AthenaResultCompressionType = 'GZIP' | 'SNAPPY' | 'ZLIB'

/** Configuration for Redshift Dataset Definition input. */
export interface RedshiftDatasetDefinition {
  /** The Redshift cluster Identifier. */
  ClusterId: string | undefined
  /** The name of the Redshift database used in Redshift query execution. */
  Database: string | undefined
  /** The database user name used in Redshift query execution. */
  DbUser: string | undefined
  /** The SQL query statements to be executed. */
  QueryString: string | undefined
  /** The IAM role attached to your Redshift cluster that Amazon SageMaker uses to generate datasets. */
  ClusterRoleArn: string | undefined
  /** The location in Amazon S3 where the Redshift query results are stored. */
  OutputS3Uri: string | undefined
  /** The Amazon Web Services Key Management Service (Amazon Web Services KMS) key that Amazon SageMaker uses to encrypt data from a Redshift execution. */
  KmsKeyId?: string | undefined
  /** The data storage format for Redshift query results. */
  OutputFormat: RedshiftResultFormat | undefined
  /** The compression used for Redshift query results. */
  OutputCompression?: RedshiftResultCompressionType | undefined
}

export type RedshiftResultFormat = 'CSV' | 'PARQUET'

export type RedshiftResultCompressionType = 'BZIP2' | 'GZIP' | 'None' | 'SNAPPY' | 'ZSTD'

export type DataDistributionType = 'FullyReplicated' | 'ShardedByS3Key'

export type InputMode = 'File' | 'Pipe'

/** Configuration for uploading output from the processing container. */
export interface ProcessingOutputConfig {
  /** An array of outputs configuring the data to upload from the processing container. */
  Outputs: ProcessingOutput[] | undefined
  /** The Amazon Web Services Key Management Service (Amazon Web Services KMS) key that Amazon SageMaker uses to encrypt the processing job output. */
  KmsKeyId?: string | undefined
}

/** Describes the results of a processing job. */
export interface ProcessingOutput {
  /** The name for the processing job output. */
  OutputName: string | undefined
  /** Configuration for processing job outputs in Amazon S3. */
  S3Output?: ProcessingS3Output | undefined
  /** Configuration for processing job outputs in Amazon SageMaker Feature Store. */
  FeatureStoreOutput?: ProcessingFeatureStoreOutput | undefined
  /** When True, output operations such as data upload are managed natively by the processing job application. */
  AppManaged?: boolean | undefined
}

/** Configuration for uploading output data to Amazon S3 from the processing container. */
export interface ProcessingS3Output {
  /** A URI that identifies the Amazon S3 bucket where you want Amazon SageMaker to save the results of a processing job. */
  S3Uri: string | undefined
  /** The local path of a directory where you want Amazon SageMaker to upload its contents to Amazon S3. */
  LocalPath?: string | undefined
  /** Whether to upload the results of the processing job continuously or after the job completes. */
  S3UploadMode: ProcessingS3UploadMode | undefined
}

export type ProcessingS3UploadMode = 'Continuous' | 'EndOfJob'

/** Configuration for processing job outputs in Amazon SageMaker Feature Store. */
export interface ProcessingFeatureStoreOutput {
  /** The name of the Amazon SageMaker FeatureGroup to use as the destination for processing job output. */
  FeatureGroupName: string | undefined
}

/** Identifies the resources, ML compute instances, and ML storage volumes to deploy for a processing job. */
export interface ProcessingResources {
  /** The configuration for the resources in a cluster used to run the processing job. */
  ClusterConfig: ProcessingClusterConfig | undefined
}

/** Configuration for the cluster used to run a processing job. */
export interface ProcessingClusterConfig {
  /** The number of ML compute instances to use in the processing job. */
  InstanceCount?: number | undefined
  /** The ML compute instance type for the processing job. */
  InstanceType?: ProcessingInstanceType | undefined
  /** The size of the ML storage volume in gigabytes that you want to provision. */
  VolumeSizeInGB: number | undefined
  /** The Amazon Web Services Key Management Service (Amazon Web Services KMS) key that Amazon SageMaker uses to encrypt data on the storage volume attached to the ML compute instance(s) that run the processing job. */
  VolumeKmsKeyId?: string | undefined
  /** An ordered list of ML compute instance types for the processing job, in priority order. */
  InstancePreferences?: ProcessingInstancePreference[] | undefined
  /** The instance type that Amazon SageMaker selected for the job from InstancePreferences. */
  SelectedInstanceType?: ProcessingInstanceType | undefined
  /** The number of instances of SelectedInstanceType that the job launched with. */
  SelectedInstanceCount?: number | undefined
}

/** A candidate instance type preference in a processing InstancePreferences list. */
export interface ProcessingInstancePreference {
  /** The ML compute instance type. */
  InstanceType: ProcessingInstanceType | undefined
  /** The number of instances to launch if this instance type is selected. */
  InstanceCount?: number | undefined
}

/** Configures conditions under which the processing job should be stopped, such as how long the processing job has been running. */
export interface ProcessingStoppingCondition {
  /** Specifies the maximum runtime in seconds. */
  MaxRuntimeInSeconds: number | undefined
}

/** Configuration to run a processing job in a specified container image. */
export interface AppSpecification {
  /** The container image to be run by the processing job. */
  ImageUri: string | undefined
  /** The entrypoint for a container used to run a processing job. */
  ContainerEntrypoint?: string[] | undefined
  /** The arguments for a container used to run a processing job. */
  ContainerArguments?: string[] | undefined
}

/** Networking options for a job, such as network traffic encryption between containers, whether to allow inbound and outbound network calls to and from containers, and the VPC subnets and security groups to use for VPC-enabled jobs. */
export interface NetworkConfig {
  /** Whether to encrypt all communications between distributed processing jobs. */
  EnableInterContainerTrafficEncryption?: boolean | undefined
  /** Whether to allow inbound and outbound network calls to and from the containers used for the processing job. */
  EnableNetworkIsolation?: boolean | undefined
  /** Specifies an Amazon Virtual Private Cloud (VPC) that your SageMaker jobs, hosted models, and compute resources have access to. */
  VpcConfig?: VpcConfig | undefined
}

export interface CreateHyperParameterTuningJobRequest {
  /** The name of the tuning job. */
  HyperParameterTuningJobName: string | undefined
  /** The HyperParameterTuningJobConfig object that describes the tuning job, including the search strategy, the objective metric used to evaluate training jobs, ranges of parameters to search, and resource limits for the tuning job. */
  HyperParameterTuningJobConfig: HyperParameterTuningJobConfig | undefined
  /** The HyperParameterTrainingJobDefinition object that describes the training jobs that this tuning job launches, including static hyperparameters, input data configuration, output data configuration, resource configuration, and stopping condition. */
  TrainingJobDefinition?: HyperParameterTrainingJobDefinition | undefined
  /** A list of the HyperParameterTrainingJobDefinition objects launched for this tuning job. */
  TrainingJobDefinitions?: HyperParameterTrainingJobDefinition[] | undefined
  /** Specifies the configuration for starting the hyperparameter tuning job using one or more previous tuning jobs as a starting point. */
  WarmStartConfig?: HyperParameterTuningJobWarmStartConfig | undefined
  /** An array of key-value pairs. */
  Tags?: Tag[] | undefined
  /** Configures SageMaker Automatic model tuning (AMT) to automatically find optimal parameters for the following fields: */
  Autotune?: Autotune | undefined
}

/** Configures a hyperparameter tuning job. */
export interface HyperParameterTuningJobConfig {
  /** Specifies how hyperparameter tuning chooses the combinations of hyperparameter values to use for the training job it launches. */
  Strategy: HyperParameterTuningJobStrategyType | undefined
  /** The configuration for the Hyperband optimization strategy. */
  StrategyConfig?: HyperParameterTuningJobStrategyConfig | undefined
  /** The HyperParameterTuningJobObjective specifies the objective metric used to evaluate the performance of training jobs launched by this tuning job. */
  HyperParameterTuningJobObjective?: HyperParameterTuningJobObjective | undefined
  /** The ResourceLimits object that specifies the maximum number of training and parallel training jobs that can be used for this hyperparameter tuning job. */
  ResourceLimits: ResourceLimits | undefined
  /** The ParameterRanges object that specifies the ranges of hyperparameters that this tuning job searches over to find the optimal configuration for the highest model performance against your chosen objective metric. */
  ParameterRanges?: ParameterRanges | undefined
  /** Specifies whether to use early stopping for training jobs launched by the hyperparameter tuning job. */
  TrainingJobEarlyStoppingType?: TrainingJobEarlyStoppingType | undefined
  /** The tuning job's completion criteria. */
  TuningJobCompletionCriteria?: TuningJobCompletionCriteria | undefined
  /** A value used to initialize a pseudo-random number generator. */
  RandomSeed?: number | undefined
}

export type HyperParameterTuningJobStrategyType = 'Bayesian' | 'Grid' | 'Hyperband' | 'Random'

/** The configuration for a training job launched by a hyperparameter tuning job. */
export interface HyperParameterTuningJobStrategyConfig {
  /** The configuration for the object that specifies the Hyperband strategy. */
  HyperbandStrategyConfig?: HyperbandStrategyConfig | undefined
}

/** The configuration for Hyperband, a multi-fidelity based hyperparameter tuning strategy. */
export interface HyperbandStrategyConfig {
  /** The minimum number of resources (such as epochs) that can be used by a training job launched by a hyperparameter tuning job. */
  MinResource?: number | undefined
  /** The maximum number of resources (such as epochs) that can be used by a training job launched by a hyperparameter tuning job. */
  MaxResource?: number | undefined
}

/** Defines the objective metric for a hyperparameter tuning job. */
export interface HyperParameterTuningJobObjective {
  /** Whether to minimize or maximize the objective metric. */
  Type: HyperParameterTuningJobObjectiveType | undefined
  /** The name of the metric to use for the objective metric. */
  MetricName: string | undefined
}

export type HyperParameterTuningJobObjectiveType = 'Maximize' | 'Minimize'

/** Specifies the maximum number of training jobs and parallel training jobs that a hyperparameter tuning job can launch. */
export interface ResourceLimits {
  /** The maximum number of training jobs that a hyperparameter tuning job can launch. */
  MaxNumberOfTrainingJobs?: number | undefined
  /** The maximum number of concurrent training jobs that a hyperparameter tuning job can launch. */
  MaxParallelTrainingJobs: number | undefined
  /** The maximum time in seconds that a hyperparameter tuning job can run. */
  MaxRuntimeInSeconds?: number | undefined
}

/** Specifies ranges of integer, continuous, and categorical hyperparameters that a hyperparameter tuning job searches. */
export interface ParameterRanges {
  /** The array of IntegerParameterRange objects that specify ranges of integer hyperparameters that a hyperparameter tuning job searches. */
  IntegerParameterRanges?: IntegerParameterRange[] | undefined
  /** The array of ContinuousParameterRange objects that specify ranges of continuous hyperparameters that a hyperparameter tuning job searches. */
  ContinuousParameterRanges?: ContinuousParameterRange[] | undefined
  /** The array of CategoricalParameterRange objects that specify ranges of categorical hyperparameters that a hyperparameter tuning job searches. */
  CategoricalParameterRanges?: CategoricalParameterRange[] | undefined
  /** A list containing hyperparameter names and example values to be used by Autotune to determine optimal ranges for your tuning job. */
  AutoParameters?: AutoParameter[] | undefined
}

/** For a hyperparameter of the integer type, specifies the range that a hyperparameter tuning job searches. */
export interface IntegerParameterRange {
  /** The name of the hyperparameter to search. */
  Name: string | undefined
  /** The minimum value of the hyperparameter to search. */
  MinValue: string | undefined
  /** The maximum value of the hyperparameter to search. */
  MaxValue: string | undefined
  /** The scale that hyperparameter tuning uses to search the hyperparameter range. */
  ScalingType?: HyperParameterScalingType | undefined
}

export type HyperParameterScalingType = 'Auto' | 'Linear' | 'Logarithmic' | 'ReverseLogarithmic'

/** A list of continuous hyperparameters to tune. */
export interface ContinuousParameterRange {
  /** The name of the continuous hyperparameter to tune. */
  Name: string | undefined
  /** The minimum value for the hyperparameter. */
  MinValue: string | undefined
  /** The maximum value for the hyperparameter. */
  MaxValue: string | undefined
  /** The scale that hyperparameter tuning uses to search the hyperparameter range. */
  ScalingType?: HyperParameterScalingType | undefined
}

/** A list of categorical hyperparameters to tune. */
export interface CategoricalParameterRange {
  /** The name of the categorical hyperparameter to tune. */
  Name: string | undefined
  /** A list of the categories for the hyperparameter. */
  Values: string[] | undefined
}

/** The name and an example value of the hyperparameter that you want to use in Autotune. */
export interface AutoParameter {
  /** The name of the hyperparameter to optimize using Autotune. */
  Name: string | undefined
  /** An example value of the hyperparameter to optimize using Autotune. */
  ValueHint: string | undefined
}

export type TrainingJobEarlyStoppingType = 'Auto' | 'Off'

/** The job completion criteria. */
export interface TuningJobCompletionCriteria {
  /** The value of the objective metric. */
  TargetObjectiveMetricValue?: number | undefined
  /** A flag to stop your hyperparameter tuning job if model performance fails to improve as evaluated against an objective function. */
  BestObjectiveNotImproving?: BestObjectiveNotImproving | undefined
  /** A flag to top your hyperparameter tuning job if automatic model tuning (AMT) has detected that your model has converged as evaluated against your objective function. */
  ConvergenceDetected?: ConvergenceDetected | undefined
}

/** A structure that keeps track of which training jobs launched by your hyperparameter tuning job are not improving model performance as evaluated against an objective function. */
export interface BestObjectiveNotImproving {
  /** The number of training jobs that have failed to improve model performance by 1% or greater over prior training jobs as evaluated against an objective function. */
  MaxNumberOfTrainingJobsNotImproving?: number | undefined
}

/** A flag to indicating that automatic model tuning (AMT) has detected model convergence, defined as a lack of significant improvement (1% or less) against an objective metric. */
export interface ConvergenceDetected {
  /** A flag to stop a tuning job once AMT has detected that the job has converged. */
  CompleteOnConvergence?: CompleteOnConvergence | undefined
}

export type CompleteOnConvergence = 'Disabled' | 'Enabled'

/** Defines the training jobs launched by a hyperparameter tuning job. */
export interface HyperParameterTrainingJobDefinition {
  /** The job definition name. */
  DefinitionName?: string | undefined
  /** Defines the objective metric for a hyperparameter tuning job. */
  TuningObjective?: HyperParameterTuningJobObjective | undefined
  /** Specifies ranges of integer, continuous, and categorical hyperparameters that a hyperparameter tuning job searches. */
  HyperParameterRanges?: ParameterRanges | undefined
  /** Specifies the values of hyperparameters that do not change for the tuning job. */
  StaticHyperParameters?: Record<string, string> | undefined
  /** The HyperParameterAlgorithmSpecification object that specifies the resource algorithm to use for the training jobs that the tuning job launches. */
  AlgorithmSpecification: HyperParameterAlgorithmSpecification | undefined
  /** The Amazon Resource Name (ARN) of the IAM role associated with the training jobs that the tuning job launches. */
  RoleArn: string | undefined
  /** An array of Channel objects that specify the input for the training jobs that the tuning job launches. */
  InputDataConfig?: Channel[] | undefined
  /** The VpcConfig object that specifies the VPC that you want the training jobs that this hyperparameter tuning job launches to connect to. */
  VpcConfig?: VpcConfig | undefined
  /** Specifies the path to the Amazon S3 bucket where you store model artifacts from the training jobs that the tuning job launches. */
  OutputDataConfig: OutputDataConfig | undefined
  /** The resources, including the compute instances and storage volumes, to use for the training jobs that the tuning job launches. */
  ResourceConfig?: ResourceConfig | undefined
  /** The configuration for the hyperparameter tuning resources, including the compute instances and storage volumes, used for training jobs launched by the tuning job. */
  HyperParameterTuningResourceConfig?: HyperParameterTuningResourceConfig | undefined
  /** Specifies a limit to how long a model hyperparameter training job can run. */
  StoppingCondition: StoppingCondition | undefined
  /** Isolates the training container. */
  EnableNetworkIsolation?: boolean | undefined
  /** To encrypt all communications between ML compute instances in distributed training, choose True. */
  EnableInterContainerTrafficEncryption?: boolean | undefined
  /** A Boolean indicating whether managed spot training is enabled (True) or not (False). */
  EnableManagedSpotTraining?: boolean | undefined
  /** Contains information about the output location for managed spot training checkpoint data. */
  CheckpointConfig?: CheckpointConfig | undefined
  /** The number of times to retry the job when the job fails due to an InternalServerError. */
  RetryStrategy?: RetryStrategy | undefined
  /** An environment variable that you can pass into the SageMaker CreateTrainingJob API. */
  Environment?: Record<string, string> | undefined
}

/** Specifies which training algorithm to use for training jobs that a hyperparameter tuning job launches and the metrics to monitor. */
export interface HyperParameterAlgorithmSpecification {
  /** The registry path of the Docker image that contains the training algorithm. */
  TrainingImage?: string | undefined
  /** The training input mode that the algorithm supports. */
  TrainingInputMode: TrainingInputMode | undefined
  /** The name of the resource algorithm to use for the hyperparameter tuning job. */
  AlgorithmName?: string | undefined
  /** An array of MetricDefinition objects that specify the metrics that the algorithm emits. */
  MetricDefinitions?: MetricDefinition[] | undefined
}

/** The configuration of resources, including compute instances and storage volumes for use in training jobs launched by hyperparameter tuning jobs. */
export interface HyperParameterTuningResourceConfig {
  /** The instance type used to run hyperparameter optimization tuning jobs. */
  InstanceType?: TrainingInstanceType | undefined
  /** The number of compute instances of type InstanceType to use. */
  InstanceCount?: number | undefined
  /** The volume size in GB for the storage volume to be used in processing hyperparameter optimization jobs (optional). */
  VolumeSizeInGB?: number | undefined
  /** A key used by Amazon Web Services Key Management Service to encrypt data on the storage volume attached to the compute instances used to run the training job. */
  VolumeKmsKeyId?: string | undefined
  /** The strategy that determines the order of preference for resources specified in InstanceConfigs used in hyperparameter optimization. */
  AllocationStrategy?: HyperParameterTuningAllocationStrategy | undefined
  /** A list containing the configuration(s) for one or more resources for processing hyperparameter jobs. */
  InstanceConfigs?: HyperParameterTuningInstanceConfig[] | undefined
}

export type HyperParameterTuningAllocationStrategy = 'Prioritized'

/** The configuration for hyperparameter tuning resources for use in training jobs launched by the tuning job. */
export interface HyperParameterTuningInstanceConfig {
  /** The instance type used for processing of hyperparameter optimization jobs. */
  InstanceType: TrainingInstanceType | undefined
  /** The number of instances of the type specified by InstanceType. */
  InstanceCount: number | undefined
  /** The volume size in GB of the data to be processed for hyperparameter optimization (optional). */
  VolumeSizeInGB: number | undefined
}

/** Specifies the configuration for a hyperparameter tuning job that uses one or more previous hyperparameter tuning jobs as a starting point. */
export interface HyperParameterTuningJobWarmStartConfig {
  /** An array of hyperparameter tuning jobs that are used as the starting point for the new hyperparameter tuning job. */
  ParentHyperParameterTuningJobs: ParentHyperParameterTuningJob[] | undefined
  /** Specifies one of the following: */
  WarmStartType: HyperParameterTuningJobWarmStartType | undefined
}

/** A previously completed or stopped hyperparameter tuning job to be used as a starting point for a new hyperparameter tuning job. */
export interface ParentHyperParameterTuningJob {
  /** The name of the hyperparameter tuning job to be used as a starting point for a new hyperparameter tuning job. */
  HyperParameterTuningJobName?: string | undefined
}

export type HyperParameterTuningJobWarmStartType = 'IdenticalDataAndAlgorithm' | 'TransferLearning'

/** A flag to indicate if you want to use Autotune to automatically find optimal values for the following fields: */
export interface Autotune {
  /** Set Mode to Enabled if you want to use Autotune. */
  Mode: AutotuneMode | undefined
}

export type AutotuneMode = 'Enabled'
