// Writes the pages that are made from the sources: `npm run docs`.
import { writeFileSync } from 'node:fs';
import { configurationPage } from '../src/config/reference.ts';
import { troubleshootingPage } from './troubleshooting-page.ts';

writeFileSync('docs/configuration.md', configurationPage());
writeFileSync('docs/troubleshooting.md', troubleshootingPage());
