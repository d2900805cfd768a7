import type { Policies } from '@simple-sagemaker/core/aws'
import { exits } from '../grammar/exit-codes.ts'
import { policyOptions } from '../grammar/tables/cli-options.ts'
import { usageError } from '../grammar/usage-error.ts'
import { valuesOf } from '../grammar/values.ts'
import type { Call } from '../settings/call.ts'
import { openPlatform } from '../settings/open-platform.ts'
import type { Settings } from '../settings/settings.ts'
import type { CliContext } from '../terminal/context.ts'
import { abortOnSignal } from './abort-signal.ts'

/** `ssm policies`: the documents that a project needs. Asks AWS for the account alone, and that only when it is not given. */
export async function printPolicies({ settings, context, parsed }: Call): Promise<number> {
  const { account, inputs, only, ...given } = valuesOf(parsed, policyOptions)
  // The same variable that bounds the roles a run makes.
  const permissionsBoundary = given.permissionsBoundary ?? (context.env['SSM_PERMISSIONS_BOUNDARY'] || undefined)
  const { project, bucket, prefix, region } = settings.values
  const { policies: policiesOf } = await import('@simple-sagemaker/core/aws')
  const place = await placeOf(settings, context, account)
  const documents = policiesOf({
    project: project?.value ?? '',
    region: region?.value ?? place.region,
    account: place.account,
    ...(bucket === undefined ? {} : { bucket: bucket.value }),
    ...(prefix === undefined ? {} : { prefix: prefix.value }),
    ...(inputs === undefined ? {} : { inputs }),
    ...(permissionsBoundary === undefined ? {} : { permissionsBoundary }),
    ...(given.prices === true ? { prices: true } : {}),
    ...(given.tuning === true ? { tuning: true } : {}),
  })
  context.stdout.write(`${JSON.stringify(only === undefined ? shownOf(documents) : documents[only], null, 2)}\n`)
  return exits.done
}

const shownOf = ({
  roleName,
  policyName,
  trust,
  job,
  caller,
  setup,
  makeBucket,
  images,
}: Policies): Readonly<Record<string, unknown>> => ({
  roleName,
  policyName,
  trust,
  job,
  caller,
  setup,
  makeBucket,
  images,
})

/** Region and account: as given, else those of the credentials. */
async function placeOf(
  settings: Settings,
  context: CliContext,
  account: string | undefined,
): Promise<{ readonly region: string; readonly account: string }> {
  const given = settings.values.region?.value
  if (given !== undefined && account !== undefined) return { region: given, account }
  await using platform = await openPlatform({ ...settings, platform: 'aws' }, context, () => undefined)
  using interrupt = abortOnSignal(context)
  const region = given ?? (await platform.region())
  if (account !== undefined) return { region, account }
  const bucket = await platform.objects.bucket(undefined, { dryRun: true, signal: interrupt.signal })
  const found = /-(\d{12})$/.exec(bucket)?.[1]
  if (found === undefined) throw usageError('The account is not known', 'Give it: --account 111122223333.')
  return { region, account: found }
}
