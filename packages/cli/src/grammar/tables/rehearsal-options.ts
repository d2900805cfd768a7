import { count, duration } from '@simple-sagemaker/core/options'

const source = 'command line'

/** How `ssm rehearse` tries a line out. Long names: `--seed` and its like are hyperparameters of many programs. */
export const rehearsalOptions = {
  interruptions: count({
    summary: 'How often ssm rehearse interrupts the program, over several runs of it; 20 when not given.',
    source,
    kinds: ['training'],
    from: 1,
    to: 1_000,
    flag: { names: ['rehearsal_interruptions'], args: ['N'] },
  }),
  seed: count({
    summary: 'What the moments of the interruptions are drawn from; one of its own when not given.',
    source,
    kinds: ['training'],
    from: 0,
    to: 4_294_967_295,
    flag: { names: ['rehearsal_seed'], args: ['N'] },
  }),
  grace: duration({
    summary: 'How long ssm rehearse lets the program go on after SIGTERM before it is killed; 2 minutes when not given.',
    source,
    kinds: ['training'],
    fromSeconds: 1,
    toSeconds: 3_600,
    span: "'1 second' to '1 hour'",
    flagUnit: 'seconds',
    flag: { names: ['rehearsal_grace'], args: ['SECONDS'] },
  }),
}
