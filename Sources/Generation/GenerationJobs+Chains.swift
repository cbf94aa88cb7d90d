internal import FoundationEssentials
internal import Logging
internal import Media
internal import Platform
internal import Postgres
internal import Queue
internal import Storage

extension GenerationJobs {
    /// Gives a step of a chain the last frame of the step before it, and starts it. A worker that dies has started nothing, so
    /// the next one takes the frame again.
    func continueChain(_ job: ContinueChain, _ context: JobContext) throws -> JobOutcome {
        guard let place = try place(of: job.id, in: context.database),
            let step: Generation = try context.database.first(
                "select \(sql: Generation.columns) where generations.id = \(job.id)")
        else { return .done() }
        guard let video = place.video.flatMap({ StorageKey($0) }) else {
            return try breakChain(step, "The step before it has no video any more. Nothing was charged.", context)
        }
        let workspace = try storage.makeWorkspace()
        defer { try? Files.removeTree(workspace) }
        do {
            try storage.borrow(video, as: workspace + "/video.mp4")
            let pictures = SourcePictures(tools)
            try pictures.lastFrame(of: workspace + "/video.mp4", to: workspace + "/frame.jpg")
            let made = try pictures.reencode(workspace + "/frame.jpg", to: workspace + "/picture.jpg")
            let key = StorageKey(
                .sources, place.picture, contentHash: try ContentHash.of(workspace + "/picture.jpg"),
                fileExtension: "jpg")
            // A dead worker's frame may have another name.
            for other in try storage.objects(of: place.picture) where other != key { try storage.delete(other) }
            try storage.store(workspace + "/picture.jpg", as: key)
            try context.checkPoint()
            _ = try record(step, context) { connection in
                try connection.one(
                    "select record_chain_frame(\(step.id), \(key.text), \(Int32(made.width)), \(Int32(made.height)))")
            }
            return .done()
        } catch let fault as StorageFault {
            guard case .missing = fault else { throw fault }
            return try breakChain(step, "The step before it has no video any more. Nothing was charged.", context)
        } catch let fault as MediaFault {
            if fault.isRetryable, context.attempt < ContinueChain.options.maxAttempts { throw fault }
            context.log.error("a chain has no frame to go on from", ["fault": .string(fault.debugDescription)])
            return try breakChain(
                step, "The last frame of the step before it cannot be read. Nothing was charged.", context)
        }
    }

    private func breakChain(_ step: Generation, _ reason: String, _ context: JobContext) throws -> JobOutcome {
        _ = try record(step, context) { connection in
            try connection.one(
                "select break_chain(\(step.id), \(reason), \(Int32(pace.places(at: step.provider))))")
        }
        return .done()
    }

    /// The picture that a step waits for, and the video that it is taken from; nil when the step waits for none.
    private func place(of step: UUID, in database: Database) throws -> ChainPlace? {
        try database.first(
            """
            select frames.id as picture, before.video_key
            from generations next
            join source_images frames on frames.id = next.source_image_id and frames.state = 'processing'
            left join generations before
                on before.group_id = next.group_id and before.group_step = next.group_step - 1
                and before.status = 'completed'
            where next.id = \(step) and next.status = 'queued' and next.group_kind = 'chain'
            """)
    }

    private struct ChainPlace: RowDecodable {
        let picture: UUID
        let video: String?

        init(row: Row) throws(DatabaseError) {
            picture = try row.value("picture")
            video = try row.value("video_key")
        }
    }
}
