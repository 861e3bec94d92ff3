// The words that the first look does not need.  Who says one of them imports
// this; check.js holds everybody to it.
import { add } from './i18n.js'
import en from './messages/en.later.js'

add(en)
