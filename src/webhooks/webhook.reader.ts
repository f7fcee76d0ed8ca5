import { Injectable } from '@nestjs/common';
import { DatabaseReader } from '../database/database.reader.js';
import type { List } from '../pagination/list-statement.js';
import type { PageQueryDto } from '../pagination/page-query.dto.js';
import { type Page, paginate } from '../pagination/paginate.js';
import { WebhookNotFoundError } from './webhooks.errors.js';
import { SELECT_WEBHOOK } from './webhooks.service.js';

const ALL_WEBHOOKS: List = {
  name: 'webhooks',
  table: 'webhook_endpoints',
  id: 'id',
  direction: 'ASC',
  row: `${SELECT_WEBHOOK} key.id`,
};

@Injectable()
export class WebhookReader {
  constructor(private readonly database: DatabaseReader) {}

  list(query: PageQueryDto): Promise<Page> {
    return paginate(this.database, ALL_WEBHOOKS, {}, query);
  }

  /** @returns the endpoint as JSON. @throws WebhookNotFoundError */
  async get(id: number): Promise<string> {
    const row = await this.database.row<{ json: string }>(`${SELECT_WEBHOOK} $1::bigint`, [id]);
    if (!row) throw new WebhookNotFoundError();
    return row.json;
  }
}
