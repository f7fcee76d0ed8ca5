import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** Rules of the design, each with the only files in which the forbidden code is allowed. */
const DESIGN_RULES = [
  {
    selector: 'CallExpression[callee.property.name="createQueryRunner"]',
    message: 'Only TransactionRunner opens query runners: use its run().',
    home: ['src/database/transaction.runner.ts'],
  },
  {
    selector: 'MemberExpression[object.name="process"][property.name="env"]',
    message: 'Only src/config reads the environment: inject Env.',
    home: ['src/config/**', 'test/{ha,support}/**', '{bench,scripts}/**'],
  },
  {
    selector: 'ImportSpecifier[imported.name=/Exception$/]',
    message: 'No HTTP exceptions: throw a DomainError, whose code has its status in the problem catalogue.',
    home: ['src/http/problems/problem.ts'],
  },
  {
    selector: 'VariableDeclaration[kind="await using"]',
    message: '`await using` on a query runner commits when the block throws.',
    home: [],
  },
];

const FILES = ['**/*.ts', '**/*.mjs', '*.js', '.*.js'];

/** @param {typeof DESIGN_RULES} rules @returns {import('@eslint/core').RuleConfig} */
const restrict = (rules) => ['error', ...rules.map(({ selector, message }) => ({ selector, message }))];

export default defineConfig(
  { ignores: ['dist', 'data', 'coverage'] },
  {
    files: FILES,
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'max-lines': ['error', { max: 220, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 45, skipComments: true }],
      'max-depth': ['error', 2],
      'max-len': ['error', { code: 110, ignoreUrls: true, ignoreRegExpLiterals: true }],
      'no-restricted-syntax': restrict(DESIGN_RULES),
      '@typescript-eslint/no-deprecated': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unnecessary-condition': [
        'error',
        { allowConstantLoopConditions: 'only-allowed-literals' },
      ],
      '@typescript-eslint/prefer-nullish-coalescing': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
    },
  },
  ...DESIGN_RULES.filter(({ home }) => home.length > 0).map((rule) => ({
    files: rule.home,
    rules: { 'no-restricted-syntax': restrict(DESIGN_RULES.filter((other) => other !== rule)) },
  })),
  {
    // Test cases, titles and statements are easier to read on one line each.
    files: ['test/**', '**/*.spec.ts', 'bench/**', 'src/database/migrations/**', '.*.js'],
    rules: {
      'max-len': [
        'error',
        {
          code: 110,
          ignoreUrls: true,
          ignoreRegExpLiterals: true,
          ignoreStrings: true,
          ignoreTemplateLiterals: true,
        },
      ],
    },
  },
  // A migration has a whole schema in one function.
  { files: ['src/database/migrations/*.ts'], rules: { 'max-lines-per-function': 'off' } },
  {
    // The linter ignores the casts in comments; tsc reads them.
    files: ['**/*.mjs'],
    rules: {
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['test/**/*.ts', '{src,storm}/**/*.spec.ts'],
    rules: { 'max-lines-per-function': 'off' },
  },
);
