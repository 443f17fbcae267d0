// What everybody reads, as its owner makes it so. Not the public pages.

/** Makes a prompt and publishes it; its page makes it public. */
export async function published(dashboard, title, body) {
  const made = await dashboard.api('POST', '/library', { kind: 'prompt', set: { title }, body });
  const { id } = made.body.document;
  await dashboard.api('POST', `/library/${id}/publish`, { body_rev: made.body.document.body.rev });
  return id;
}

/** Makes a published prompt public, under a name; its page stays open. */
export async function madePublic(dashboard, id, author) {
  await dashboard.open(`/library/${id}`);
  await dashboard.shows('Only you read this prompt.');
  await dashboard.fill('Your public name', author);
  await dashboard.pressed('Make public');
  await dashboard.shows('Everybody reads the version that was published last.');
}
