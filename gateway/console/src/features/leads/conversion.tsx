/** Turns a lead into a customer: shows first what would become of it, and which records look like the same. */
import { Alert, Button, Checkbox, Group, List, Modal, Skeleton, Stack, Text } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, data, type Told } from "@/shared/api/client";
import { isProblem } from "@/shared/api/problem";
import { changed, type Row } from "@/shared/api/records";
import type { components } from "@/shared/api/schema";
import { type Action, useDescription } from "@/shared/describe";
import { Inputs } from "@/shared/fields/input";
import { ReferenceInput } from "@/shared/fields/reference-input";
import type { Names } from "@/shared/fields/value";
import { useText } from "@/shared/i18n";
import { Failed, fieldErrors, useTell } from "@/shared/ui/problem";

type Request = components["schemas"]["ConvertLeadRequest"];
type Preview = Told<components["schemas"]["PreviewLeadConversionResponse"]>;
type Deal = NonNullable<Request["opportunity"]>;
type Choice = Pick<Request, "account_id" | "contact_id" | "owner_id" | "allow_duplicates">;

type Props = { lead: Row; names: Names; action: Action; onClose: () => void };

export function Conversion({ lead, names, action, onClose }: Props) {
  const texts = useText("leads");
  const { text, label } = texts;
  const client = useQueryClient();
  const tell = useTell();
  const [choice, setChoice] = useState<Choice>({});
  const [deal, setDeal] = useState<Deal | null>(null);
  const request = requestOf(lead, choice, deal);
  const [askedDeal] = useDebouncedValue(deal, 200);
  const asked = requestOf(lead, choice, askedDeal);
  const preview = useQuery({
    // Beside the record, whose changes have it read again: an answer for a version that is gone would be refused.
    queryKey: ["conversion", lead.id, asked],
    queryFn: ({ signal }) =>
      data(api.POST("/v1/leads/{id}:previewConversion", { params: { path: { id: lead.id } }, body: asked, signal })),
    placeholderData: keepPreviousData,
  });
  const convert = useMutation({
    mutationFn: () => data(api.POST("/v1/leads/{id}:convert", { params: { path: { id: lead.id } }, body: request })),
    onSuccess: ({ likely_duplicates: alike = [] }) => {
      const told = alike.length ? ` ${text("alike.told", { count: alike.length })}` : "";
      tell.done(`${text("leads.converted", { name: lead.display_name })}${told}`);
      onClose();
    },
    onError: tell.failed,
    onSettled: () =>
      Promise.all([
        changed(client, "leads", lead.id),
        ...["accounts", "contacts", "opportunities"].map((resource) => changed(client, resource)),
      ]),
  });
  const problems = preview.data?.problems ?? [];
  const field = (name: string) => action.fields.find((candidate) => candidate.name === name);
  const opportunity = field("opportunity");
  const fields = ["account_id", "contact_id", ...(lead.owner_id ? [] : ["owner_id"])].flatMap(
    (name) => field(name) ?? [],
  );
  return (
    <Modal opened onClose={onClose} title={`${label(action.label)}: ${lead.display_name}`} size="lg">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          convert.mutate();
        }}
      >
        <Stack>
          <div className="inputs">
            {fields.map((reference) => (
              <ReferenceInput
                key={`${reference.name} ${choice[reference.name as keyof Choice] ?? ""}`}
                field={reference}
                label={label(reference.label)}
                value={(choice[reference.name as keyof Choice] as string) || null}
                name={
                  titleIn(preview.data, choice[reference.name as keyof Choice]) ??
                  names[String(choice[reference.name as keyof Choice])]
                }
                onChange={(id) => setChoice({ ...choice, [reference.name]: id })}
              />
            ))}
          </div>
          <Checkbox
            label={text("leads.with_deal")}
            checked={deal !== null}
            onChange={({ currentTarget: { checked } }) =>
              setDeal(checked ? { name: lead.company || lead.display_name } : null)
            }
          />
          {deal && opportunity && (
            <Inputs
              fields={opportunity.fields}
              value={deal}
              onChange={setDeal}
              path="opportunity"
              errors={isProblem(convert.error) ? fieldErrors(convert.error, texts) : {}}
              names={names}
            />
          )}
          {preview.error && <Failed error={preview.error} retry={() => preview.refetch()} />}
          {preview.data ? (
            <Outcome lead={lead} preview={preview.data} choice={choice} onChoose={setChoice} />
          ) : (
            !preview.error && <Skeleton height={140} />
          )}
          <Group justify="flex-end" className="form-buttons">
            <Button variant="default" onClick={onClose}>
              {text("form.cancel")}
            </Button>
            <Button
              type="submit"
              loading={convert.isPending}
              disabled={!preview.data || preview.isFetching || problems.length > 0}
            >
              {label(action.label)}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}

const titleIn = (preview: Preview | undefined, id: unknown): string | undefined =>
  preview?.duplicates.find(({ record_id }) => record_id === id)?.title;

function requestOf(lead: Row, choice: Choice, deal: Deal | null): Request {
  return {
    ...choice,
    etag: lead.etag,
    ...(deal?.name && { opportunity: deal }),
  };
}

type OutcomeProps = { lead: Row; preview: Preview; choice: Choice; onChoose: (choice: Choice) => void };

/** Reasons that have a text of ours. */
const PROBLEMS = ["LIKELY_DUPLICATES", "LEAD_NEEDS_OWNER", "LEAD_ALREADY_CONVERTED", "PERMISSION_DENIED"];

function Outcome({ lead, preview, choice, onChoose }: OutcomeProps) {
  const { text, label } = useText("leads");
  const described = useDescription("leads");
  const shown = new Set(preview.duplicates.map(({ record_id }) => record_id));
  const alike = preview.likely_duplicates.filter(({ record_id }) => !shown.has(record_id));
  const fieldLabel = (name: string) => {
    const field = described.fields.find((candidate) => candidate.name === name);
    return field ? label(field.label) : name;
  };
  return (
    <Stack gap="xs">
      <List size="sm" aria-label={text("leads.outcome")}>
        <List.Item>{text(`leads.account.${preview.account_action}`, { name: lead.company })}</List.Item>
        <List.Item>{text(`leads.contact.${preview.contact_action}`, { name: lead.display_name })}</List.Item>
        <List.Item>{text(`leads.opportunity.${preview.opportunity_action}`)}</List.Item>
      </List>
      {preview.duplicates.length > 0 && (
        <Alert color="yellow" title={text("leads.duplicates")}>
          <Stack gap={6}>
            {preview.duplicates.map((hit) => (
              <Group key={hit.record_id} justify="space-between" wrap="nowrap">
                <Text size="sm">
                  {hit.title} · {text(`leads.kind.${hit.record_type}`)}
                </Text>
                {(hit.record_type === "account" || hit.record_type === "contact") && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    aria-label={text("leads.use_record", { name: hit.title })}
                    onClick={() => onChoose({ ...choice, [`${hit.record_type}_id`]: hit.record_id })}
                  >
                    {text("leads.use")}
                  </Button>
                )}
              </Group>
            ))}
          </Stack>
        </Alert>
      )}
      {alike.length > 0 && (
        <Alert color="yellow" title={text("alike.title")}>
          {alike.map((one, place) => (
            <Text size="sm" key={one.record_id || place}>
              {`${one.title || text("alike.hidden")} · ${text(`leads.kind.${one.record_type}`)}`}
            </Text>
          ))}
        </Alert>
      )}
      {(preview.problems.includes("LIKELY_DUPLICATES") || choice.allow_duplicates) && (
        <Checkbox
          label={text("leads.allow_duplicates")}
          checked={Boolean(choice.allow_duplicates)}
          onChange={({ currentTarget: { checked } }) => onChoose({ ...choice, allow_duplicates: checked || null })}
        />
      )}
      {preview.problems.map((reason) => (
        <Alert key={reason} color="red" role="alert">
          {PROBLEMS.includes(reason) ? text(`leads.problem.${reason}`) : reason}
        </Alert>
      ))}
      {preview.not_carried.length > 0 && (
        <Text size="xs" c="dimmed">
          {text("leads.not_carried", { fields: preview.not_carried.map(fieldLabel).join(", ") })}
        </Text>
      )}
    </Stack>
  );
}
