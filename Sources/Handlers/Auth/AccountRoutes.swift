internal import FoundationEssentials
internal import HTTP
internal import Identity
internal import Logging
internal import Text

extension AuthRoutes {
    private struct DeleteAccountInput: InputShape {
        @Input(.choice(["DELETE MY ACCOUNT"]), "The words that confirm the deletion.") var confirmation: String
        @Input("Whether title cards replace your clips when a film is next assembled.") var removeFromFilm: Bool?
    }

    static func accountRoutes(_ identity: IdentityService) -> [Route] {
        [export(identity).forPeopleOnly(), delete(identity).forPeopleOnly().afterRecentSignIn()]
    }

    private static func export(_ identity: IdentityService) -> Route {
        .get(
            "/api/account/export", access: .member, limit: .api, answers: [200: AccountExport.schema],
            features: ["GDPR-01"], summary: "Everything that this site stores about you, as a JSON document to save."
        ) { context in
            let member = try context.member()
            guard let document = try Accounts.export(member.id, in: identity.database) else {
                throw Problem.unauthenticated
            }
            let day = context.now.rfc3339.prefix(10)
            return Response.json(
                bytes: document,
                headers: ["Content-Disposition": "attachment; filename=\"my-data-\(day).json\""])
        }
    }

    private static func delete(_ identity: IdentityService) -> Route {
        .delete(
            "/api/account/delete", access: .member, refusesBanned: false, body: DeleteAccountInput.self,
            answers: [200: Accounts.Departure.schema], features: ["GDPR-01"],
            summary: "Deletes your account and everything that belongs to you alone. It cannot be undone."
        ) { context, input in
            let member = try context.member()
            let departure = try Accounts.delete(
                member.id, removingFromFilm: input.removeFromFilm ?? false, in: identity.database)
            // Without the member's id: the log keeps no trace of who has left.
            context.log.notice("an account was deleted")
            identity.forget(member: member.id)
            return Response.json(departure)
                .setting(identity.noSessionCookie)
                .setting(SetCookie(identity.cookies.voter, "", maxAge: 0, isSecure: identity.cookies.isSecure))
        }
    }
}
