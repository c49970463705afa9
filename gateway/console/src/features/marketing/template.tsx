/** One template, as a contact would get it. */
import { Alert, Button, List, Paper, Stack, Tabs, Text, Title } from "@mantine/core";
import { IconEye } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import type { Row } from "@/shared/api/records";
import { actionOf, type Description } from "@/shared/describe";
import { ReferenceInput } from "@/shared/fields/reference-input";
import { useText } from "@/shared/i18n";
import { RecordPage } from "@/shared/record/record-page";
import { Failed } from "@/shared/ui/problem";
import "./marketing.css";

export default function Template({ id }: { id: string }) {
  return (
    <RecordPage resource="templates" id={id} offered={({ name }) => name !== "preview"}>
      {(record, _names, description) => <Preview key={record.etag} template={record} description={description} />}
    </RecordPage>
  );
}

function Preview({ template, description }: { template: Row; description: Description }) {
  const { text, label } = useText("marketing");
  const [contact, setContact] = useState<string | null>(null);
  const action = actionOf(description, "preview");
  const field = action?.fields.find(({ name }) => name === "contact_id");
  const render = useMutation({
    mutationFn: (contactId: string) =>
      data(
        api.POST("/v1/templates/{id}:preview", {
          params: { path: { id: template.id } },
          body: { contact_id: contactId },
        }),
      ),
  });
  if (!action || !field) return null;
  const mail = render.data;
  return (
    <Paper withBorder p="md" component="section" aria-label={text("marketing.preview")}>
      <Title order={2} size="h5" mb="xs">
        {text("marketing.preview")}
      </Title>
      <Stack gap="sm">
        <ReferenceInput field={field} value={contact} onChange={setContact} label={label(field.label)} />
        <Button
          leftSection={<IconEye size={16} />}
          disabled={!contact}
          loading={render.isPending}
          onClick={() => contact && render.mutate(contact)}
        >
          {label(action.label)}
        </Button>
        {render.error && <Failed error={render.error} />}
        {mail && (
          <>
            {mail.missing.length > 0 && (
              <Alert color="yellow" title={text("marketing.missing")}>
                <List size="sm">
                  {mail.missing.map((token) => (
                    <List.Item key={token}>{token}</List.Item>
                  ))}
                </List>
              </Alert>
            )}
            <Text fw={600}>{mail.subject}</Text>
            <Tabs defaultValue={mail.body_html ? "html" : "text"}>
              <Tabs.List>
                {mail.body_html && <Tabs.Tab value="html">{text("marketing.html")}</Tabs.Tab>}
                <Tabs.Tab value="text">{text("marketing.text")}</Tabs.Tab>
              </Tabs.List>
              {mail.body_html && (
                <Tabs.Panel value="html" pt="sm">
                  {/* No script, no forms, no way to this page: the mail is somebody's text. */}
                  <iframe className="mail" sandbox="" srcDoc={mail.body_html} title={text("marketing.preview")} />
                </Tabs.Panel>
              )}
              <Tabs.Panel value="text" pt="sm">
                <Text size="sm" style={{ whiteSpace: "pre-wrap" }}>
                  {mail.body_text}
                </Text>
              </Tabs.Panel>
            </Tabs>
          </>
        )}
      </Stack>
    </Paper>
  );
}
