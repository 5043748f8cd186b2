import { expectTypeOf, it } from 'vitest';
import type { z } from 'zod';
import type { entrySchema, listingSchema } from '../../src/http/api/schemas.ts';
import type { statusSchema } from '../../src/http/api/status-view.ts';
import type { Entry, Listing } from '../../src/web/client/api/types.ts';
import type { Status } from '../../src/web/client/status/status.ts';

// The type check fails where the page expects what the bridge does not answer.
it('takes the answers of the bridge for what their schemas say they are', () => {
  expectTypeOf<z.infer<typeof entrySchema>>().toExtend<Entry>();
  expectTypeOf<z.infer<typeof listingSchema>>().toExtend<Listing>();
  expectTypeOf<z.infer<typeof statusSchema>>().toExtend<Status>();
});
