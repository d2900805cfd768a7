import { checks } from '../../examples/03-own-platform/checks.ts'
import { register } from './contract.ts'

register('the platform of the guide', checks)
