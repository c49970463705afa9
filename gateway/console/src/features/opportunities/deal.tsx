/** A deal: where it stands, what is sold, who decides, what is to be done, and how it got here. */
import { useDescribedRecord } from "@/shared/record/described-record";
import "./deal.css";
import { Paper, Skeleton, Stack, Tabs } from "@mantine/core";
import { Comments } from "@/shared/comments/comments";
import { fieldOf, shown } from "@/shared/describe";
import { useText } from "@/shared/i18n";
import { Fields, RecordHeader } from "@/shared/record/record-page";
import { Failed } from "@/shared/ui/problem";
import { CLOSING, Closing } from "./closing";
import { History } from "./history";
import { Lines } from "./lines-table";
import { usePipelines } from "./pipelines";
import { Roles } from "./roles";
import { StagePath } from "./stage-path";
import { Log, Work } from "./work";

/** Fields that have a place of their own on this page. */
const APART = new Set(["name", "status", "pipeline_id", "stage_id", "stage_entered_at", "lines", "contact_roles", "amount_overridden", "probability_overridden", "forecast_category_overridden"]); // biome-ignore format: one line

export default function Deal({ id }: { id: string }) {
  const { text, label } = useText("opportunities");
  const { description, read } = useDescribedRecord("opportunities", id);
  const pipelines = usePipelines();
  if (read.error) return <Failed error={read.error} retry={() => read.refetch()} />;
  if (!read.data) return <Skeleton height={400} />;
  const { record: deal, names } = read.data;
  const pipeline = pipelines.data?.find((candidate) => candidate.id === deal.pipeline_id);
  const others = { ...description, actions: description.actions.filter(({ name }) => !CLOSING.includes(name)) };
  const only = description.fields.filter((field) => shown(field) && !APART.has(field.name)).map(({ name }) => name);
  return (
    <Stack className="page">
      <RecordHeader
        description={others}
        record={deal}
        names={names}
        tools={
          <>
            <Log deal={deal} names={names} />
            {pipeline && <Closing description={description} deal={deal} pipeline={pipeline} />}
          </>
        }
      />
      {pipelines.error && <Failed error={pipelines.error} retry={() => pipelines.refetch()} />}
      {pipelines.isPending && <Skeleton height={58} />}
      {pipeline && <StagePath description={description} deal={deal} pipeline={pipeline} />}
      <div className="record">
        <Paper withBorder p="md">
          <Fields description={description} record={deal} names={names} only={["name", ...only]} />
        </Paper>
        <Stack>
          <Tabs defaultValue="work" keepMounted={false}>
            <Tabs.List>
              <Tabs.Tab value="work">{text("deals.work")}</Tabs.Tab>
              <Tabs.Tab value="lines">{label(fieldOf(description, "lines")?.label ?? {})}</Tabs.Tab>
              <Tabs.Tab value="roles">{label(fieldOf(description, "contact_roles")?.label ?? {})}</Tabs.Tab>
              <Tabs.Tab value="history">{text("deals.history")}</Tabs.Tab>
            </Tabs.List>
            <Tabs.Panel value="work" pt="md">
              <Work deal={deal} />
            </Tabs.Panel>
            <Tabs.Panel value="lines" pt="md">
              <Lines description={description} deal={deal} />
            </Tabs.Panel>
            <Tabs.Panel value="roles" pt="md">
              <Roles description={description} deal={deal} />
            </Tabs.Panel>
            <Tabs.Panel value="history" pt="md">
              <History id={id} />
            </Tabs.Panel>
          </Tabs>
          <Comments resource="opportunities" id={id} />
        </Stack>
      </div>
    </Stack>
  );
}
