// Open one of the account dialogs, which are fetched when first wanted.
import { t } from '../i18n.js'
import { complain } from './toasts.js'

/** mode: login choose leave */
export async function openAccount(mode) {
  try {
    await import('./account.js')
  } catch {
    complain(`${t('error.load')}: ${t('error.lost')}`)
    return
  }
  const dialog = document.createElement('assay-account')
  dialog.mode = mode
  document.body.append(dialog)
}
