export { type Changes, watchChanges } from './changes.ts';
export { type ExitStatus, errnoOf, PierError } from './error.ts';
export {
  groupMembers,
  identityOf,
  type Liveness,
  liveness,
  ownGroup,
  type ProcessIdentity,
  parseIdentity,
} from './identity.ts';
export { type Lease, type LeaseOptions, tryLease } from './lease.ts';
export { describeHolder, type LeaseHolder, readLease } from './lease-holder.ts';
export { lookAnew } from './look-anew.ts';
export { type Places, places, tilde, uid, userName } from './places.ts';
export { noProgress, type Progress, type ProgressEvent } from './progress.ts';
export { cannotWrite, makePrivateDirectory, namesIn, readRecord, writeRecord, writeRecordOnce } from './record.ts';
export { makeRuntimeDirectory } from './runtime-directory.ts';
export { readShippedText, type ShippedFolder, shippedNames, thisProgram } from './shipped.ts';
export { cannotWriteTemporary, diskError, makeTemporaryDirectory } from './temporary.ts';
