/**
 * What an integration does first, with the client that @hey-api/openapi-ts makes: it creates, changes, finds and imports
 * contacts. Compiled and run by tests/e2e/test_generated_clients.py: `node tour.js <url> <access token> <last name>`.
 */
import { createContact, createImport, getImport, listContacts, updateContact } from "./client";
import { client } from "./client/client.gen";

async function tour(baseUrl: string, token: string, name: string): Promise<void> {
  client.setConfig({ baseUrl, auth: token, throwOnError: true });
  const created = await createContact<true>({ body: { first_name: "Ada", last_name: name }, throwOnError: true });
  const { id, etag } = created.data;
  if (!id || !etag) throw new Error("the created contact lacks an id or a version");
  const changed = await updateContact<true>({
    path: { id }, headers: { "If-Match": etag }, body: { title: "Engineer" }, throwOnError: true,
  });
  const file = new Blob([`first_name,last_name\nBen,${name}\n`], { type: "text/csv" });
  const begun = await createImport<true>({ body: { kind: "contacts", file }, throwOnError: true });
  let found = begun.data;
  while (found.state !== "DONE" && found.state !== "FAILED") {
    found = (await getImport<true>({ path: { id: found.id ?? "" }, throwOnError: true })).data;
  }
  const listed = await listContacts<true>({ query: { filter: `last_name = "${name}"` }, throwOnError: true });
  const names = (listed.data.contacts ?? []).map((contact) => contact.first_name).sort();
  console.log(JSON.stringify({ title: changed.data.title, state: found.state, names }));
}

const [url, token, name] = process.argv.slice(2);
tour(url, token, name).catch((problem) => {
  console.error(problem);
  process.exit(1);
});
