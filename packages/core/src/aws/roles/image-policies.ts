import { publicRepositories } from '../images/catalog/accounts.ts'
import { defaultRepository, repositoryArn } from '../images/build/repository.ts'
import {
  builderName,
  builderPolicy,
  builderPolicyName,
  pullActions,
  pushActions,
  type BuildRights,
} from '../images/codebuild/role.ts'
import { allow, policyDocument, type Condition, type PolicyDocument, type PolicyPlace } from './policy-document.ts'
import { trustPolicy } from './role.ts'

/** The policies for images that are built from Dockerfiles. */
export interface ImagePolicies {
  /** On top of `caller`: to build with docker or podman, push, and see whether an image is there. */
  readonly engine: PolicyDocument
  /** On top of `caller`: to have images built by CodeBuild, with the role and the project that are there. */
  readonly codeBuild: PolicyDocument
  /** On top of `codeBuild`: to make the role and the project. */
  readonly codeBuildSetup: PolicyDocument
  /** The role that CodeBuild builds with. */
  readonly builder: {
    /** The role's name. */
    readonly roleName: string
    /** Who may use it: CodeBuild, for this account only. */
    readonly trust: object
    /** The name of that policy in the role. */
    readonly policyName: string
    /** What a build may do. The role's inline policy. */
    readonly policy: PolicyDocument
  }
}

export interface ImagePolicyOptions {
  readonly project: string
  readonly repositories?: readonly string[]
  readonly permissionsBoundary?: string
  /** Patterns of the project's objects. */
  readonly objects: readonly string[]
}

const buildActions = ['BatchGetProjects', 'StartBuild', 'BatchGetBuilds', 'ListBuildsForProject']

/** Computed from the project; asks AWS nothing. */
export function imagePolicies(options: ImagePolicyOptions, place: PolicyPlace): ImagePolicies {
  const { project, repositories = [defaultRepository(project)], objects, permissionsBoundary } = options
  const { partition, region, account } = place
  const name = builderName(project)
  const own = repositories.map((repository) => repositoryArn({ account, region, name: repository }))
  const role = `arn:${partition}:iam::${account}:role/${name}`
  const build = `arn:${partition}:codebuild:${region}:${account}:project/${name}`
  const bases = (actions: readonly string[]) => allow('BaseImages', actions, publicRepositories(region, partition))
  const token = allow('RegistryToken', ['ecr:GetAuthorizationToken'], ['*'])
  const look = allow('Repositories', ['ecr:DescribeRepositories', 'ecr:CreateRepository', 'ecr:TagResource'], own)
  const bounded: Condition | undefined =
    permissionsBoundary === undefined ? undefined : { StringEquals: { 'iam:PermissionsBoundary': permissionsBoundary } }
  const contexts = objects.map((pattern) => pattern.replace(/\*$/, '.images/*'))
  return {
    engine: policyDocument([token, bases(pullActions), look, allow('Images', [...pullActions, ...pushActions], own)]),
    codeBuild: policyDocument([
      // The build itself brings the layers, as its role.
      bases(['ecr:BatchGetImage']),
      look,
      allow('Images', ['ecr:BatchGetImage', 'ecr:PutImage'], own),
      allow(
        'Builds',
        buildActions.map((action) => `codebuild:${action}`),
        [build],
      ),
      allow('BuildLog', ['logs:GetLogEvents'], [`arn:${partition}:logs:${region}:${account}:log-group:/aws/codebuild/${name}:*`]),
      allow('BuilderRole', ['iam:GetRole', 'iam:GetRolePolicy'], [role]),
    ]),
    codeBuildSetup: policyDocument([
      allow('MakeBuilderRole', ['iam:CreateRole', 'iam:PutRolePolicy'], [role], bounded),
      allow('TagBuilderRole', ['iam:TagRole'], [role]),
      allow('PassBuilderRole', ['iam:PassRole'], [role], { StringEquals: { 'iam:PassedToService': 'codebuild.amazonaws.com' } }),
      allow('MakeBuilder', ['codebuild:CreateProject', 'codebuild:UpdateProject'], [build]),
    ]),
    builder: builderOf({ project, repositories: own, contexts }, place),
  }
}

const builderOf = (rights: BuildRights, place: PolicyPlace): ImagePolicies['builder'] => ({
  roleName: builderName(rights.project),
  trust: trustPolicy('codebuild', place),
  policyName: builderPolicyName,
  policy: builderPolicy(rights, place),
})
