import { Controller, Get, Header, Param } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { Public } from '../http/access.decorators.js';
import { DomainError } from '../common/domain-error.js';
import { PROBLEM_CODES, type ProblemCode, PROBLEMS, problemType } from '../common/problem-catalogue.js';

const HTML = 'text/html; charset=utf-8';

/** The pages to which the `type` of a problem leads. */
@ApiExcludeController()
@Controller('problems')
export class ProblemsController {
  @Public()
  @Get()
  @Header('content-type', HTML)
  list(): string {
    const items = PROBLEM_CODES.map(
      (code) =>
        `<li><a href="${problemType(code)}">${code}</a>: ${PROBLEMS[code].title} ` +
        `(${PROBLEMS[code].status})</li>`,
    );
    return page('Problems', `<ul>${items.join('')}</ul>`);
  }

  @Public()
  @Get(':code')
  @Header('content-type', HTML)
  explain(@Param('code') code: string): string {
    if (!isProblemCode(code)) throw new DomainError('not-found');
    const { status, title, meaning, remedy } = PROBLEMS[code];
    return page(
      title,
      `<p><code>${code}</code>, HTTP status ${status}</p><p>${meaning}</p>` +
        `<h2>What to do</h2><p>${remedy}</p>` +
        '<p><a href="/problems">All problems</a></p>',
    );
  }
}

function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}

function page(title: string, content: string): string {
  return (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">' +
    `<title>${title}</title></head><body><h1>${title}</h1>${asHtml(content)}</body></html>`
  );
}

/** The only markup in the catalogue: one placeholder in angle brackets, and names between backticks. */
function asHtml(content: string): string {
  return content.replaceAll('<token>', '&lt;token&gt;').replace(/`([^`]+)`/g, '<code>$1</code>');
}
