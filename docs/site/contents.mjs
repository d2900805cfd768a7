// The pages of the documentation site in their order: the side bar, llms.txt and the tests come from this table.

/**
 * @typedef {object} SitePage
 * @property {string} from The page's file in the repository.
 * @property {string} to Its place in the site, without `.md`.
 * @property {string} title What the side bar calls it.
 * @property {string} about One sentence for whoever looks for a page.
 */

const page = (from, to, title, about) => ({ from, to, title, about })
const guide = (name, title, about) => page(`docs/guides/${name}.md`, `guides/${name}`, title, about)

/** @type {readonly { readonly title: string, readonly pages: readonly SitePage[] }[]} */
export const sections = [
  {
    title: 'Start',
    pages: [
      page(
        'docs/getting-started.md',
        'getting-started',
        'Getting started',
        'From an empty folder to a first result, on your own computer and then on AWS.',
      ),
      page(
        'docs/concepts.md',
        'concepts',
        'Concepts',
        'Project, task, job, attempt, state, outputs and fingerprint, with pictures.',
      ),
    ],
  },
  {
    title: 'Guides',
    pages: [
      guide('tasks', 'From a script to a result', 'Describe a task, run it, chain tasks, use typed results.'),
      guide('reports', 'Reports', 'One page about a job, a task or a project; a job live in the browser.'),
      guide(
        'functions',
        'Functions that run elsewhere',
        'Call a function on another machine, with its types: one call, or many items.',
      ),
      guide('typed-workers', 'Types of workers', 'Types for Python and Node programs, written from what a task declares.'),
      guide('retries', 'Retries', 'Try again by cause: no machines, interruptions, exit codes.'),
      guide('search', 'Search for hyperparameters', 'Sweeps, Bayesian search, early stopping, variants by hand.'),
      guide('cost', 'What runs cost', 'Ceilings before, costs while and after, by task, project and tag; price sources.'),
      guide(
        'rehearsal',
        'Rehearsing interruptions',
        'Whether a program survives spot interruptions, tried out on this computer.',
      ),
      guide(
        'workers',
        'The program on its machine',
        'What the program finds: folders, arguments, environment variables, state, stop signals.',
      ),
      guide('paths', 'Real paths and the local platform', 'Where /opt/ml is, and folders that a processing task chooses.'),
      guide(
        'distributed',
        'Several processes and machines',
        'torchrun, mpi, TensorFlow: what starts the processes, on AWS and on your computer.',
      ),
      guide('services', 'Inside a Node service', 'Handles, events, logs, stopping and detaching, secrets.'),
      guide('aws', 'The first run on AWS', 'Credentials, bucket, role, quotas, spot, networks, encryption.'),
      guide('where-it-runs', 'Where it runs', 'Systems and versions: what was tried, and what is only written.'),
      guide('images', 'Images and containers', 'Dockerfiles, what builds and pushes them, and local jobs in containers.'),
      guide('platforms', 'A platform of your own', 'The interfaces, an example, and the checks that it must pass.'),
      guide('bundlers', 'Bundlers and test runners', 'esbuild, CommonJS, Jest, vitest, Bun.'),
      guide('reliability', 'Reliability', 'What survives which failure, and what is never removed.'),
      guide(
        'administrators',
        'IAM for administrators',
        'The three policies, the permissions boundary, what is created in the account.',
      ),
    ],
  },
  {
    title: 'Coming from elsewhere',
    pages: [
      guide('from-python', 'From simple-sagemaker for Python', 'Command by command, parameter by parameter, API by API.'),
      guide('from-sagemaker-sdk', "From SageMaker's Python SDK", 'Which class and parameter becomes which method.'),
      guide('migration-0.2', 'From version 0.1', 'What was renamed or behaves differently since 0.1.'),
    ],
  },
  {
    title: 'Reference',
    pages: [
      guide('options', 'Options', 'Every option with its default, flag and AWS field.'),
      guide('cli', 'Command line', 'Every command and flag of `ssm`.'),
      guide('events', 'Events', 'Everything that is told while a task runs: fields, when it comes, an example.'),
      guide('errors', 'Errors', 'Every error code: cause, remedy, example.'),
    ],
  },
  {
    title: 'The project',
    pages: [
      page('examples/README.md', 'examples/index', 'Examples', 'Complete programs, run by the tests.'),
      page(
        'docs/architecture.md',
        'architecture',
        'Architecture',
        'Folders, how a task runs, how to add an option, a command, an error, a platform.',
      ),
      page('docs/releasing.md', 'releasing', 'Releasing', 'How a release is made.'),
      page('docs/dependencies.md', 'dependencies', 'Dependencies', 'Every dependency and its reason.'),
      page('SECURITY.md', 'security', 'Security', 'Who may be hostile, and what is promised against each.'),
      page('CONTRIBUTING.md', 'contributing', 'Contributing', 'How to work on the project.'),
      page(
        'docs/coding-agents.md',
        'coding-agents',
        'For coding agents',
        'One page with everything an agent needs to write correct programs.',
      ),
    ],
  },
]

/** Pages that are reached by links from others and are in no side bar: folders whose `.md` files are all taken. */
export const alsoFrom = [{ folder: 'docs/decisions', to: 'decisions' }]
