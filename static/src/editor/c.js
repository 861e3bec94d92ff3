import { cppLanguage } from '@codemirror/lang-cpp'

export const support = () => cppLanguage
