/**
 * The checks that every platform must pass, for any test runner.
 *
 * @module
 */
export { platformChecks, type CheckTopic, type PlatformCheck, type PlatformCheckOptions } from './platform-checks.ts'
