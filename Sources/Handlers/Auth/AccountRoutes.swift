internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Logging
internal import Text

extension AuthRoutes {
    private struct DeletionInput: Schematic, Decodable {
        let confirmation: String
        let removeFromFilm: Bool?

        static let schema = Schema.object([
            .required("confirmation", .choice(["DELETE MY ACCOUNT"]), "The words that say that you mean it."),
            .optional(
                "removeFromFilm", .boolean,
                "Whether title cards shall take the place of your takes when a film is next assembled."),
        ]).named("DeleteAccount")
    }

    private struct DeletionAnswer: Encodable {
        let clipsKept, clipsRemoved: Int

        static let schema = Schema.object([
            .required("clipsKept", .integer(0...1_000_000), "Takes that stay in a film as a former member's."),
            .required("clipsRemoved", .integer(0...1_000_000), "Takes that are gone, with their files."),
        ]).named("AccountDeleted")
    }

    static func accountRoutes(_ identity: IdentityService) -> [Route] {
        [export(identity).forPeopleOnly(), delete(identity).forPeopleOnly().afterRecentSignIn()]
    }

    private static func export(_ identity: IdentityService) -> Route {
        .get(
            "/api/account/export", access: .member, limit: .api, answers: [200: .openObject([])],
            features: ["GDPR-01"], summary: "Everything that is kept about you, as one JSON document to save."
        ) { context in
            let member = try context.member()
            guard let document = try Accounts.export(member.id, in: identity.database) else {
                throw Problem.unauthenticated
            }
            let day = context.now.rfc3339.prefix(10)
            return .json(
                bytes: document,
                headers: ["Content-Disposition": "attachment; filename=\"my-data-\(day).json\""])
        }
    }

    private static func delete(_ identity: IdentityService) -> Route {
        .delete(
            "/api/account/delete", access: .member, refusesBanned: false, body: DeletionInput.self,
            answers: [200: DeletionAnswer.schema], features: ["GDPR-01"],
            summary: "Deletes your account and everything that is yours alone. It cannot be undone."
        ) { context, input in
            let member = try context.member()
            let departure = try refusing {
                try Accounts.delete(
                    member.id, removingFromFilm: input.removeFromFilm ?? false, in: identity.database)
            }
            // Not whose it was: the log keeps no trace of who has left.
            context.log.notice("an account was deleted")
            identity.forget(member: member.id)
            return try Response.json(
                DeletionAnswer(clipsKept: departure.clipsKept, clipsRemoved: departure.clipsRemoved)
            )
            .setting(identity.noSessionCookie)
            .setting(SetCookie(identity.cookies.voter, "", maxAge: 0, isSecure: identity.cookies.isSecure))
        }
    }
}
