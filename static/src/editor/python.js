import { pythonLanguage } from '@codemirror/lang-python'

export const support = () => pythonLanguage
