package io.gantry.engine;

/** The engine: what runs containers on the drivers it finds. */
public interface Engine extends AutoCloseable {
    /** Containers and the commands that run in them. */
    Containers containers();

    /** Images. */
    Images images();

    /** Networks. */
    Networks networks();

    /** Volumes. */
    Volumes volumes();

    /** What happens. */
    Events events();

    /** What {@code docker info} tells. */
    EngineInfo info();

    /** Stops looking after containers, which go on running, and closes all drivers. */
    @Override
    void close();
}
