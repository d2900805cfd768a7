/** Which account publishes an image, by region: the registries' tables, compact. */
export interface Registry {
  /** The account of every region of `regions` that `accounts` does not name. */
  readonly account?: string
  readonly regions?: string
  readonly accounts: Readonly<Record<string, string>>
}

/** Pairs written `region account region account …`. */
function pairs(text: string): Readonly<Record<string, string>> {
  const words = text.trim().split(/\s+/)
  return Object.fromEntries(words.flatMap((word, index) => (index % 2 === 0 ? [[word, words[index + 1] ?? '']] : [])))
}

/** Deep learning containers: pytorch, tensorflow, huggingface. */
export const deepLearning: Registry = {
  account: '763104351884',
  regions: `us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1
    ap-south-1 ap-northeast-1 ap-northeast-2 ap-southeast-1 ap-southeast-2`,
  accounts:
    pairs(`af-south-1 626614931356 ap-east-1 871362719292 ap-east-2 975050140332 ap-northeast-3 364406365360 ap-south-2 772153158452
    ap-southeast-3 907027046896 ap-southeast-4 457447274322 ap-southeast-5 550225433462 ap-southeast-6 633930458069
    ap-southeast-7 590183813437 ca-west-1 204538143572 cn-north-1 727897471807 cn-northwest-1 727897471807 eu-central-2 380420809688
    eu-south-1 692866216735 eu-south-2 503227376785 il-central-1 780543022126 me-central-1 914824155844 me-south-1 217643126080
    mx-central-1 637423239942 us-gov-east-1 446045086412 us-gov-west-1 442386744353 us-iso-east-1 886529160074
    us-isob-east-1 094389454867 us-isof-east-1 303241398832 us-isof-south-1 454834333376 eusc-de-east-1 204133271717 eu-isoe-west-1 371248457586`),
}

/** The accounts of the deep learning containers in some of the regions that have one of their own. */
function accountsIn(regions: string): Registry['accounts'] {
  return Object.fromEntries(Object.entries(deepLearning.accounts).filter(([region]) => regions.split(/\s+/).includes(region)))
}

/** Neuron images: of the deep learning containers, in the regions that have Trainium. */
export const neuronRegistry: Registry = {
  ...deepLearning,
  regions: `us-east-1 us-east-2 us-west-2 eu-central-1 eu-west-1 eu-west-3 sa-east-1 ap-south-1 ap-northeast-1 ap-southeast-1
    ap-southeast-2`,
  accounts:
    accountsIn(`ap-south-2 ap-southeast-4 ap-southeast-5 ap-southeast-7 ca-west-1 cn-north-1 cn-northwest-1 eu-central-2 eu-south-2
    il-central-1 mx-central-1 us-gov-east-1 us-gov-west-1`),
}

/** Python alone, as SageMaker's own remote functions take it. */
export const basePython: Registry = {
  accounts:
    pairs(`af-south-1 559312083959 ap-east-1 493642496378 ap-east-2 938034419563 ap-northeast-1 102112518831 ap-northeast-2 806072073708
    ap-northeast-3 792733760839 ap-south-1 394103062818 ap-southeast-1 492261229750 ap-southeast-2 452832661640 ap-southeast-3 276181064229
    ap-southeast-5 148761635175 ap-southeast-7 528757812139 ca-central-1 310906938811 ca-west-1 623308166672 cn-north-1 390048526115
    cn-northwest-1 390780980154 eu-central-1 936697816551 eu-central-2 569303640362 eu-north-1 243637512696 eu-south-1 592751261982
    eu-south-2 127363102723 eu-west-1 470317259841 eu-west-2 712779665605 eu-west-3 615547856133 il-central-1 380164790875
    me-central-1 103105715889 me-south-1 117516905037 mx-central-1 396913743851 sa-east-1 782484402741 us-east-1 081325390199
    us-east-2 429704687514 us-gov-east-1 107072934176 us-gov-west-1 107173498710 us-isof-east-1 840123138293 us-isof-south-1 883091641454
    us-west-1 742091327244 us-west-2 236514542706`),
}

/** AutoGluon and MXNet: of the deep learning containers, in the regions of their time. */
const olderRegions = (regions: string): Registry => ({ ...deepLearning, accounts: accountsIn(regions) })

export const autogluonRegistry =
  olderRegions(`af-south-1 ap-east-1 ap-northeast-3 ap-southeast-3 ap-southeast-4 ca-west-1 eu-south-1 il-central-1
  me-south-1 us-gov-east-1 us-gov-west-1 us-iso-east-1 us-isob-east-1 us-isof-east-1 us-isof-south-1`)

/** scikit-learn and XGBoost from 0.90 on. */
export const classic: Registry = {
  accounts:
    pairs(`us-east-1 683313688378 us-east-2 257758044811 us-west-1 746614075791 us-west-2 246618743249 ca-central-1 341280168497
    ca-west-1 190319476487 eu-central-1 492215442770 eu-central-2 680994064768 eu-north-1 662702820516 eu-south-1 978288397137
    eu-south-2 104374241257 eu-west-1 141502667606 eu-west-2 764974769150 eu-west-3 659782779980 sa-east-1 737474898029
    ap-east-1 651117190479 ap-northeast-1 354813040037 ap-northeast-2 366743142698 ap-northeast-3 867004704886 ap-south-1 720646828776
    ap-south-2 628508329040 ap-southeast-1 121021644041 ap-southeast-2 783357654285 ap-southeast-3 951798379941
    ap-southeast-4 106583098589 af-south-1 510948584623 il-central-1 898809789911 me-central-1 272398656194 me-south-1 801668240914
    cn-north-1 450853457545 cn-northwest-1 451049120500 us-gov-east-1 237065988967 us-gov-west-1 414596584902
    us-iso-east-1 833128469047 us-isob-east-1 281123927165 us-isof-east-1 108575199400 us-isof-south-1 124985052026`),
}

/** Framework images of the first years: pytorch up to 1.1, tensorflow up to 1.12. */
export const legacy: Registry = {
  account: '520713654638',
  regions: `us-east-1 us-east-2 us-west-1 us-west-2 ca-central-1 eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1
    ap-south-1 ap-northeast-1 ap-northeast-2 ap-southeast-1 ap-southeast-2`,
  accounts:
    pairs(`af-south-1 313743910680 ap-east-1 057415533634 cn-north-1 422961961927 cn-northwest-1 423003514399 eu-south-1 048378556238
    me-south-1 724002660598 us-gov-west-1 246785580436 us-iso-east-1 744548109606 us-isob-east-1 453391408702`),
}

const shared = pairs(`af-south-1 455444449433 ap-east-1 286214385809 ap-northeast-3 867004704886 ap-south-1 991648021394
  ap-south-2 628508329040 ap-southeast-1 475088953585 ap-southeast-3 951798379941 ap-southeast-4 106583098589 ca-central-1 469771592824
  ca-west-1 190319476487 cn-north-1 390948362332 cn-northwest-1 387376663083 eu-central-2 680994064768 eu-north-1 669576153137
  eu-south-1 257386234256 eu-south-2 104374241257 eu-west-2 644912444149 eu-west-3 749696950732 il-central-1 898809789911
  me-central-1 272398656194 me-south-1 249704162688 sa-east-1 855470959533 us-gov-east-1 237065988967 us-gov-west-1 226302683700
  us-iso-east-1 490574956308 us-isob-east-1 765400339828 us-isof-east-1 108575199400 us-isof-south-1 124985052026
  us-west-1 632365934929`)

const without = (accounts: Readonly<Record<string, string>>, ...regions: readonly string[]): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(accounts).filter(([region]) => !regions.includes(region)))

const only = (accounts: Readonly<Record<string, string>>, regions: string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(accounts).filter(([region]) => regions.split(/\s+/).includes(region)))

/** The shared accounts, with those of the eight regions in which a group has its own. */
const group = (own: string): Registry => ({ accounts: { ...shared, ...pairs(own) } })

const visionAccounts = `us-east-1 811284229777 us-east-2 825641698319 us-west-2 433757028032 eu-west-1 685385470294
  eu-central-1 813361260812 ap-northeast-1 501404015308 ap-northeast-2 306986355934 ap-southeast-2 544295431143`

/** The built-in algorithms, in four groups that share their accounts except in eight regions. */
export const builtIn = {
  vision: group(visionAccounts),
  tables: group(`us-east-1 382416733822 us-east-2 404615174143 us-west-2 174872318107 eu-west-1 438346466558
    eu-central-1 664544806723 ap-northeast-1 351501993468 ap-northeast-2 835164637446 ap-southeast-2 712309505854`),
  forecasts: group(`us-east-1 522234722520 us-east-2 566113047672 us-west-2 156387875391 eu-west-1 224300973850
    eu-central-1 495149712605 ap-northeast-1 633353088612 ap-northeast-2 204372634319 ap-southeast-2 514117268639`),
  topics: {
    accounts: {
      ...only(shared, 'ap-south-1 ap-southeast-1 ca-central-1 eu-west-2 us-gov-west-1 us-iso-east-1 us-isob-east-1 us-west-1'),
      ...pairs(`us-east-1 766337827248 us-east-2 999911452149 us-west-2 266724342769 eu-west-1 999678624901 eu-central-1 353608530281
    ap-northeast-1 258307448986 ap-northeast-2 293181348795 ap-southeast-2 297031611018`),
    },
  },
  boost: {
    accounts: without(group(visionAccounts).accounts, 'ca-west-1', 'il-central-1', 'us-isof-east-1', 'us-isof-south-1'),
  },
} as const satisfies Readonly<Record<string, Registry>>

/** The account that publishes to this region; `undefined` where it does not. */
export function accountIn(registry: Registry, region: string): string | undefined {
  return registry.accounts[region] ?? (registry.regions?.split(/\s+/).includes(region) === true ? registry.account : undefined)
}

/** Every region of a registry. */
export function regionsOf(registry: Registry): readonly string[] {
  return [...(registry.regions?.split(/\s+/) ?? []), ...Object.keys(registry.accounts)]
}

/** Every repository of the accounts that publish AWS's images in a region: all of them are public to SageMaker's users. */
export function publicRepositories(region: string, partition: string): readonly string[] {
  const registries = [deepLearning, classic, legacy, ...Object.values(builtIn)]
  const accounts = new Set(registries.flatMap((registry) => accountIn(registry, region) ?? []))
  return [...accounts].map((account) => `arn:${partition}:ecr:${region}:${account}:repository/*`)
}
