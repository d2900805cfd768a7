/**
 * The checks that every platform must pass, for any test runner.
 *
 * @module @simple-sagemaker/core/testing
 */
export { platformChecks, type CheckTopic, type PlatformCheck, type PlatformCheckOptions } from './platform-checks.ts'
