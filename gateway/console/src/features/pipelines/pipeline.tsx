/** A pipeline: what it is called, and its stages, which are arranged and then saved together. */
import "./pipeline.css";
import { Button, Paper, Stack, Text, Title } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api, data } from "@/shared/api/client";
import { type Row, useUpdate } from "@/shared/api/records";
import { actionOf, type Description, fieldOf, useDescription, useSummaries } from "@/shared/describe";
import { SaveBar } from "@/shared/form/save-bar";
import { useText } from "@/shared/i18n";
import { quoted } from "@/shared/list/filter";
import { newId } from "@/shared/new-id";
import { HeadedRecord } from "@/shared/record/headed-record";
import { useTell } from "@/shared/ui/problem";
import { Arrangement } from "./arrangement";
import { Removal } from "./removal";
import { added, drafted, type Replacements, replaced, type Stage, sent } from "./stages";

const RESOURCE = "pipelines";

export default function Pipeline({ id }: { id: string }) {
  return (
    <HeadedRecord resource={RESOURCE} id={id} only={["name", "currency", "is_default", "external_id"]}>
      {(description, record) => <Stages description={description} pipeline={record} />}
    </HeadedRecord>
  );
}

/** How many deals are in each stage; nothing for whoever may not see deals. */
function useDealCounts(pipelineId: string): ReadonlyMap<string, number> | undefined {
  const may = useSummaries().some(({ plural, can_list }) => plural === "opportunities" && can_list);
  const query = { by: "stage_id", filter: `pipeline_id = ${quoted(pipelineId)}` } as const;
  return useQuery({
    queryKey: ["list", "opportunities", "by stage", pipelineId],
    queryFn: async ({ signal }) => {
      const { groups } = await data(api.GET("/v1/opportunities:group", { params: { query }, signal }));
      return new Map(groups.map(({ value, count }) => [value, Number(count)]));
    },
    enabled: may,
  }).data;
}

function Stages({ description, pipeline }: { description: Description; pipeline: Row }) {
  const { text } = useText("pipelines");
  const tell = useTell();
  const update = useUpdate(RESOURCE, () => tell.done(text("pipeline.saved")));
  const deals = useDescription("opportunities");
  const counts = useDealCounts(pipeline.id);
  const stored = drafted(pipeline.stages);
  const [stages, setStages] = useState<Stage[]>(stored);
  const [replacements, setReplacements] = useState<Replacements>({});
  const [removing, setRemoving] = useState<Stage | null>(null);
  const may = Boolean(actionOf(description, "update")) && !pipeline.deleted_at;
  const isChanged = JSON.stringify(stages) !== JSON.stringify(stored);
  const reset = () => {
    setStages(stored);
    setReplacements({});
    update.reset();
  };
  const remove = (stage: Stage, successor: string | null) => {
    setRemoving(null);
    setStages(stages.filter(({ key }) => key !== stage.key));
    if (stage.id) setReplacements(replaced(replacements, stage.id, successor));
  };
  const save = () => {
    const moves = Object.fromEntries(Object.entries(replacements).filter(([, to]) => to !== null));
    update.mutate({ row: pipeline, values: { stages: sent(stages), stage_replacements: moves } });
  };
  return (
    <Paper withBorder p="md" component="section" aria-label={text("pipeline.stages")}>
      <Stack gap="sm">
        <Title order={2} size="h5">
          {text("pipeline.stages")}
        </Title>
        <Text size="sm" c="dimmed">
          {text(may ? "pipeline.help" : "pipeline.read_only")}
        </Text>
        <Arrangement
          field={fieldOf(description, "stages")}
          deals={deals}
          stages={stages}
          counts={counts}
          may={may}
          onChange={setStages}
          onRemove={setRemoving}
        />
        {may && (
          <Button
            variant="subtle"
            size="compact-sm"
            leftSection={<IconPlus size={14} />}
            style={{ alignSelf: "flex-start" }}
            onClick={() => setStages(added(stages, "", newId()))}
          >
            {text("pipeline.add")}
          </Button>
        )}
        {isChanged && (
          <SaveBar failure={update.error} saving={update.isPending} onSave={save} onCancel={reset}>
            {Object.entries(replacements).map(([id, to]) => {
              const from = stored.find((stage) => stage.id === id);
              const by = stages.find((stage) => stage.id === to);
              return (
                <Text key={id} size="sm">
                  {by
                    ? text("pipeline.removed_into", {
                        stage: from?.name ?? "",
                        target: by.name,
                        count: counts?.get(id) ?? 0,
                      })
                    : text("pipeline.removed", { stage: from?.name ?? "" })}
                </Text>
              );
            })}
          </SaveBar>
        )}
      </Stack>
      {removing && (
        <Removal
          stage={removing}
          stages={stages}
          count={removing.id ? (counts?.get(removing.id) ?? 0) : 0}
          onRemove={remove}
          onClose={() => setRemoving(null)}
        />
      )}
    </Paper>
  );
}
