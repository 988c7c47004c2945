import * as z from 'zod/mini';
import { type ProcessIdentity, parseIdentity } from '../files/index.ts';

// Apart from records.ts because loading zod costs start-up: who only asks for ids must not pay for it.

const identity = z.custom<ProcessIdentity>((value) => parseIdentity(value) !== undefined, 'not a process');
const time = z.string().check(z.maxLength(40));
const text = z.string().check(z.maxLength(20_000));
/** Which run of the attempt wrote it: a scheduler may run a job's script again. Absent: the first, 0. */
const restart = z.optional(z.int().check(z.nonnegative()));

const name = z.string().check(z.maxLength(256));
const count = z.int().check(z.nonnegative());

const resources = z.object({
  seconds: z.nullable(count),
  memory: z.nullable(count),
  cpus: z.nullable(count),
  gpus: z.nullable(z.object({ count, type: z.nullable(name), select: z.enum(['gres', 'constraint']) })),
  account: z.nullable(name),
  partition: z.nullable(name),
  qos: z.nullable(name),
  constraint: z.nullable(name),
  reservation: z.nullable(name),
});

/** `request.json`: what the user asked for. Written once, by the command. */
const requestRecord = z.object({
  version: z.literal(1),
  id: z.string(),
  app: z.enum(['lab', 'notebook']),
  environment: z.object({ name: text, prefix: text, modules: z.optional(z.array(text)) }),
  on: z.enum(['here', 'login', 'compute']),
  directory: text,
  direct: z.boolean(),
  site: text,
  /** Seconds without anything going on, after which it ends by itself; absent: as the site has it. 0: never. */
  idle: z.optional(z.int().check(z.nonnegative())),
  created: time,
});

/** `asked.json`: that a job is about to be handed to Slurm, and under which name. Written once, before that. */
const askedRecord = z.object({
  name,
  resources,
  /** The number of the job that has to be over first, or null. */
  after: z.nullable(name),
  /** The command that hands it over. */
  by: identity,
  at: time,
});

/** `submitted.json`: which job serves it. Written once, by the command, or by who found the job by its name. */
const submittedRecord = z.discriminatedUnion('engine', [
  z.object({ engine: z.literal('local'), identity, submitted: time }),
  z.object({ engine: z.literal('slurm'), job: name, name, cluster: z.nullable(name), submitted: time }),
]);

/** `started.json`: the agent, and its private directory on the node. Written once, by the agent. */
const startedRecord = z.object({
  agent: identity,
  runtimeDirectory: text,
  started: time,
  /** Slurm's number of the job; another one than in `submitted.json` when a person has submitted the script again. */
  job: z.optional(name),
  restart,
});

/** `endpoint.json`: where Jupyter answers. Written once, by the agent, after Jupyter answered there. */
const endpointRecord = z.object({
  endpoint: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('socket'), path: text }),
    z.object({
      kind: z.literal('direct'),
      port: z.number(),
      token: text,
      /** Where it listens; absent: 127.0.0.1. */
      addresses: z.optional(z.array(z.string().check(z.maxLength(45)))),
    }),
  ]),
  /** Where others of ours come in from another node; the key is in a file of its own. */
  gate: z.optional(z.object({ host: z.string().check(z.maxLength(253)), port: z.int() })),
  /** Why it is not served the usual way, or null. */
  note: z.nullable(text),
  jupyter: identity,
  ready: time,
  restart,
});

/** `beat.json`: what Jupyter says of itself, every quarter of a minute. Written by the agent. */
const beatRecord = z.object({
  at: time,
  kernels: z.number(),
  connections: z.number(),
  lastActivity: z.nullable(time),
  /** When the job's time is over; null when it has no end, or nobody says. */
  ends: z.optional(z.nullable(time)),
  /** What its user has to know, such as a full disk; null when there is nothing. */
  trouble: z.optional(z.nullable(text)),
  restart,
});

/** `end.json`: how it ended. The first to write it wins: the agent, or what cleans up behind it. */
const endRecord = z.object({
  state: z.enum(['ended', 'failed']),
  reason: text,
  ended: time,
  /** Asked for, Jupyter's own end, a signal that nobody explained, the job's time, idleness, or pier could not. */
  cause: z.optional(z.enum(['stop', 'exit', 'signal', 'time', 'idle', 'failed'])),
  restart,
});

/** `verdict.json`: what Slurm said of a job that is over. Written once, by whoever heard it first. */
const verdictRecord = z.object({ state: z.enum(['ended', 'failed']), reason: text, ended: time, restart });

/** `stop.json`: that it shall end, and who said so. The first wins. */
const stopRecord = z.object({ by: text, at: time });

/** By the name of the file. */
export const schemas = {
  request: requestRecord,
  asked: askedRecord,
  submitted: submittedRecord,
  started: startedRecord,
  endpoint: endpointRecord,
  beat: beatRecord,
  end: endRecord,
  verdict: verdictRecord,
  stop: stopRecord,
};

export type RequestRecord = z.infer<typeof requestRecord>;
export type AskedRecord = z.infer<typeof askedRecord>;
export type SubmittedRecord = z.infer<typeof submittedRecord>;
export type StartedRecord = z.infer<typeof startedRecord>;
export type EndpointRecord = z.infer<typeof endpointRecord>;
export type BeatRecord = z.infer<typeof beatRecord>;
export type EndRecord = z.infer<typeof endRecord>;
export type VerdictRecord = z.infer<typeof verdictRecord>;
export type StopRecord = z.infer<typeof stopRecord>;
