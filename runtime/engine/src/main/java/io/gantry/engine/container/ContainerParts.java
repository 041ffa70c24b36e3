package io.gantry.engine.container;

import io.gantry.engine.event.EventLog;
import io.gantry.engine.image.ImageService;
import io.gantry.engine.name.Ids;
import io.gantry.engine.shim.ContainerRuntime;
import java.util.concurrent.Executor;

/** What the container services share. */
record ContainerParts(
        Layout layout,
        ContainerStore store,
        ContainerRuntime runtime,
        Creator creator,
        Runs runs,
        Remover remover,
        RootFileSystems roots,
        RootViews views,
        ContainerNetworks networks,
        NameFiles files,
        ContainerLinks links,
        OciPlanner planner,
        Attachments attachments,
        ImageService images,
        EventLog events,
        Ids ids,
        Executor background) {}
