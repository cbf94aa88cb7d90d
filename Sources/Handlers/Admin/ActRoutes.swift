internal import Film
internal import FoundationEssentials
internal import HTTP
internal import SharedHandlers

extension AdminRoutes {
    static func actRoutes(_ acts: FilmActs, _ stories: Stories) -> [Route] {
        slotRoutes(acts) + seasonEnds(acts) + [strip(stories), candidates(stories), preview(acts)]
    }

    private static func strip(_ stories: Stories) -> Route {
        .get(
            "/api/admin/slots", access: .admin, limit: .api,
            query: [.required("season", .uuid, "The season.")], features: ["FILM-10", "ADM-03"],
            summary: "Every slot of a season with its winner, and what was done to its round."
        ) { context in
            guard let season = context.uuid(query: "season") else { throw Problem.notFound() }
            return try stories.strip(season: season, for: try context.member().id)
        }
    }

    private static func candidates(_ stories: Stories) -> Route {
        .get(
            "/api/admin/slots/candidates", access: .admin, limit: .api,
            query: [
                .required("season", .uuid, "The season."), .required("slot", .integer(1...500), "The slot."),
                .optional("search", .text(1...100), "Clips of the whole season by title or creator."),
            ],
            features: ["FILM-10"], summary: "The clips that can be made the winner of a slot, at most 60."
        ) { context in
            guard let season = context.uuid(query: "season"), let slot = context.integer(query: "slot") else {
                throw Problem.notFound()
            }
            return WinnerCandidates(
                candidates: try stories.candidates(
                    season: season, slot: slot, search: context.text(query: "search"), for: try context.member().id))
        }
    }

    private static func slotRoutes(_ acts: FilmActs) -> [Route] {
        [
            .post(
                "/api/admin/assign-winner", access: .admin, limit: .adminSensitive, body: AssignWinnerInput.self,
                features: ["FILM-10"],
                summary: "Makes a clip the winner of a slot: of the open one, or of a locked one of any season."
            ) { context, input in
                let act = FilmAct.assign(
                    season: input.seasonID, slot: input.slot, clip: input.clipID, believing: input.expected?.belief)
                return ActAnswer(outcome: try acts.perform(act, reason: input.reason, by: try context.member().id))
            },
            .post(
                "/api/admin/unlock-slot", access: .admin, limit: .adminSensitive, body: SlotActInput.self,
                features: ["FILM-10"], summary: "Opens the last locked slot of a season again for a full round."
            ) { context, input in
                let act = FilmAct.unlock(
                    season: input.seasonID, slot: input.slot, believing: input.expected?.belief)
                return ActAnswer(outcome: try acts.perform(act, reason: input.reason, by: try context.member().id))
            },
            .post(
                "/api/admin/reset-votes", access: .admin, limit: .adminSensitive, body: SlotActInput.self,
                features: ["FILM-10", "VOTE-12"],
                summary: "Takes every vote of a slot out of the count, by a void that can be undone."
            ) { context, input in
                let act = FilmAct.resetVotes(
                    season: input.seasonID, slot: input.slot, believing: input.expected?.belief)
                return ActAnswer(outcome: try acts.perform(act, reason: input.reason, by: try context.member().id))
            },
            .patch(
                "/api/admin/slots", access: .admin, limit: .adminSensitive, body: ChangeSlotInput.self,
                features: ["FILM-10"], summary: "Changes when the open round ends."
            ) { context, input in
                let act = FilmAct.reschedule(
                    season: input.seasonID, slot: input.slot, ends: input.votingEndsAt,
                    believing: input.expected?.belief)
                let reason = input.reason ?? "An admin changed the end of the round."
                return ActAnswer(outcome: try acts.perform(act, reason: reason, by: try context.member().id))
            },
            .post(
                "/api/admin/takedown", access: .admin, limit: .adminSensitive, body: TakeDownInput.self,
                features: ["FILM-10"],
                summary: "Takes a clip out of the film. The best of the others that competed takes its place."
            ) { context, input in
                ActAnswer(
                    outcome: try acts.perform(
                        .takeDown(clip: input.clipID), reason: input.reason, by: try context.member().id))
            },
        ]
    }

    private static func seasonEnds(_ acts: FilmActs) -> [Route] {
        [
            .post(
                "/api/admin/seasons/reset", access: .admin, limit: .adminSensitive, body: EndSeasonInput.self,
                features: ["FILM-10", "ADM-03"],
                summary: "Starts a season over: its clips are back in the first slot, and no vote counts."
            ) { context, input in
                let act = FilmAct.reset(season: input.id, label: input.label, believing: input.expected?.belief)
                return ActAnswer(outcome: try acts.perform(act, reason: input.reason, by: try context.member().id))
            },
            .delete(
                "/api/admin/seasons", access: .admin, limit: .adminSensitive, body: EndSeasonInput.self,
                features: ["FILM-10", "ADM-03"],
                summary: "Deletes a season with its slots, clips, votes, results and exports."
            ) { context, input in
                let act = FilmAct.delete(season: input.id, label: input.label, believing: input.expected?.belief)
                return ActAnswer(outcome: try acts.perform(act, reason: input.reason, by: try context.member().id))
            },
        ]
    }

    private static func preview(_ acts: FilmActs) -> Route {
        .get(
            "/api/admin/seasons/preview", access: .admin, limit: .api,
            query: [
                .required("act", .choice(ActName.allCases.map(\.rawValue)), "What would be done."),
                .optional("season", .uuid, "The season; not for advance and take_down."),
                .optional("slot", .integer(1...500), "The slot, for acts on one."),
                .optional("clip", .uuid, "The clip, for assign and take_down."),
                .optional("endsAt", .dateTime, "The new end, for reschedule."),
            ],
            features: ["FILM-10", "ADM-03"],
            summary: "What an act would do. It is refused as the act itself would be, and nothing is changed."
        ) { context in
            ActAnswer(outcome: try acts.preview(try act(context), by: try context.member().id))
        }
    }

    private static func act(_ context: Context) throws -> FilmAct {
        func needed<Value>(_ name: String, _ value: Value?) throws -> Value {
            guard let value else { throw Problem.invalid(name, "required", "“\(name)” is required for this act.") }
            return value
        }
        let season = context.uuid(query: "season")
        let slot = context.integer(query: "slot")
        let clip = context.uuid(query: "clip")
        switch context.text(query: "act").flatMap(ActName.init) {
        case .assign?:
            return .assign(
                season: try needed("season", season), slot: try needed("slot", slot), clip: try needed("clip", clip))
        case .unlock?: return .unlock(season: try needed("season", season), slot: try needed("slot", slot))
        case .resetVotes?: return .resetVotes(season: try needed("season", season), slot: try needed("slot", slot))
        case .reschedule?:
            let ends: Date? = try context.value(query: "endsAt")
            return .reschedule(
                season: try needed("season", season), slot: try needed("slot", slot), ends: try needed("endsAt", ends))
        case .advance?: return .advance(slot: try needed("slot", slot))
        case .takeDown?: return .takeDown(clip: try needed("clip", clip))
        case .reset?: return .reset(season: try needed("season", season), label: "")
        case .delete?: return .delete(season: try needed("season", season), label: "")
        case nil: return .advance(slot: try needed("act", nil as Int?))
        }
    }
}
