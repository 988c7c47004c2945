import * as z from 'zod/mini';
import { type ProcessIdentity, parseIdentity } from '../files/index.ts';

// Apart from records.ts because loading zod costs start-up: who only asks for ids must not pay for it.

const identity = z.custom<ProcessIdentity>((value) => parseIdentity(value) !== undefined, 'not a process');
const time = z.string().check(z.maxLength(40));
const text = z.string().check(z.maxLength(20_000));

/** `request.json`: what the user asked for. Written once, by the command. */
const requestRecord = z.object({
  version: z.literal(1),
  id: z.string(),
  app: z.enum(['lab', 'notebook']),
  environment: z.object({ name: text, prefix: text }),
  on: z.enum(['here', 'login', 'compute']),
  directory: text,
  direct: z.boolean(),
  site: text,
  created: time,
});

/** `submitted.json`: which job serves it. Written once, by the command. */
const submittedRecord = z.object({ engine: z.literal('local'), identity, submitted: time });

/** `started.json`: the agent, and its private directory on the node. Written once, by the agent. */
const startedRecord = z.object({ agent: identity, runtimeDirectory: text, started: time });

/** `endpoint.json`: where Jupyter answers. Written once, by the agent, after Jupyter answered there. */
const endpointRecord = z.object({
  endpoint: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('socket'), path: text }),
    z.object({ kind: z.literal('direct'), port: z.number(), token: text }),
  ]),
  /** Why it is not served the usual way, or null. */
  note: z.nullable(text),
  jupyter: identity,
  ready: time,
});

/** `beat.json`: what Jupyter says of itself, every quarter of a minute. Written by the agent. */
const beatRecord = z.object({
  at: time,
  kernels: z.number(),
  connections: z.number(),
  lastActivity: z.nullable(time),
});

/** `end.json`: how it ended. The first to write it wins: the agent, or what cleans up behind it. */
const endRecord = z.object({ state: z.enum(['ended', 'failed']), reason: text, ended: time });

/** `stop.json`: that it shall end, and who said so. The first wins. */
const stopRecord = z.object({ by: text, at: time });

/** By the name of the file. */
export const schemas = {
  request: requestRecord,
  submitted: submittedRecord,
  started: startedRecord,
  endpoint: endpointRecord,
  beat: beatRecord,
  end: endRecord,
  stop: stopRecord,
};

export type RequestRecord = z.infer<typeof requestRecord>;
export type SubmittedRecord = z.infer<typeof submittedRecord>;
export type StartedRecord = z.infer<typeof startedRecord>;
export type EndpointRecord = z.infer<typeof endpointRecord>;
export type BeatRecord = z.infer<typeof beatRecord>;
export type EndRecord = z.infer<typeof endRecord>;
export type StopRecord = z.infer<typeof stopRecord>;
