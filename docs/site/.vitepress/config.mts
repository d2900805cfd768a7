import { defineConfig } from 'vitepress'
import { sections } from '../contents.mjs'

// As on GitHub, so that one link works in both places.
const slugify = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(/\s/g, '-')

const link = (to: string): string => `/${to.replace(/index$/, '')}`

export default defineConfig({
  title: 'Simple SageMaker',
  description: 'Run your code on AWS SageMaker, or on this computer, from TypeScript.',
  lang: 'en',
  srcDir: 'pages',
  outDir: 'dist',
  // Where the site lies on its host, when that is not the top: SITE_BASE=/docs/ npm run docs
  base: process.env['SITE_BASE'] ?? '/',
  cleanUrls: false,
  metaChunk: true,
  lastUpdated: false,
  markdown: { anchor: { slugify } },
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  // The API reference is made by typedoc after these pages.
  ignoreDeadLinks: [/^\/api\//, /\/api\/index/],
  themeConfig: {
    search: {
      provider: 'local',
      options: {
        // The text of programs and of decisions would hide the pages that explain.
        _render: (text, env, md) => (/^(source|decisions)\//.test(env.relativePath) ? '' : md.render(text, env)),
        // Every word counts: with any of them, `max_run` leads to whatever has a run in its title.
        miniSearch: {
          searchOptions: { boost: { title: 6, titles: 2, text: 1 }, combineWith: 'AND', prefix: true, fuzzy: 0.1 },
        },
      },
    },
    outline: [2, 3],
    nav: [
      { text: 'Getting started', link: '/getting-started' },
      { text: 'Guides', link: '/guides/tasks' },
      { text: 'Examples', link: '/examples/' },
      { text: 'API', link: '/api/index.html', target: '_self' },
    ],
    sidebar: [
      ...sections.map(({ title, pages }) => ({
        text: title,
        collapsed: false,
        items: pages.map((page) => ({ text: page.title, link: link(page.to) })),
      })),
      {
        text: 'More',
        items: [
          { text: 'API reference', link: '/api/index.html', target: '_self' },
          { text: 'The report of the demo', link: '/report.html', target: '_self' },
          { text: 'Decisions', link: '/decisions/' },
        ],
      },
    ],
    docFooter: { prev: 'Before', next: 'Next' },
  },
})
