import type { MoneySettings } from '../../cost/settings.ts'
import type { Platform } from '../../platform/platform.ts'
import type { Money, OpenMoney } from './money.ts'

/** What tells the costs of one session; `undefined` when nobody wants to know what jobs cost. */
export function moneyOpener(settings: MoneySettings | undefined): OpenMoney | undefined {
  if (settings === undefined) return undefined
  const opened = new Map<Platform, Promise<Money>>()
  return (platform) => {
    const money = opened.get(platform) ?? import('./open-money.ts').then(({ openMoney }) => openMoney(settings, platform))
    opened.set(platform, money)
    return money
  }
}
