"""Forms as EDGAR gives them, of invented companies and persons."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape


def cell(name: str, value: str | None, *notes: str) -> str:
    inner = "" if value is None else f"<value>{escape(value)}</value>"
    return f"<{name}>{inner}{''.join(f'<footnoteId id={chr(34)}{n}{chr(34)}/>' for n in notes)}</{name}>"


def trade(
    code: str = "S",
    shares: str = "12000",
    price: str | None = "15.20",
    *,
    acquired: str = "D",
    after: str = "88000",
    direct: str = "D",
    derivative: bool = False,
    notes: Sequence[str] = (),
    price_notes: Sequence[str] = (),
    more: str = "",
) -> str:
    name = "derivativeTransaction" if derivative else "nonDerivativeTransaction"
    return (
        f"<{name}>{cell('securityTitle', 'Stock Option' if derivative else 'Common Stock', *notes)}"
        f"{cell('transactionDate', '2026-03-04')}"
        f"<transactionCoding><transactionFormType>4</transactionFormType><transactionCode>{code}</transactionCode>"
        f"<equitySwapInvolved>0</equitySwapInvolved></transactionCoding>{more}"
        f"<transactionAmounts>{cell('transactionShares', shares)}"
        f"{cell('transactionPricePerShare', price, *price_notes)}"
        f"{cell('transactionAcquiredDisposedCode', acquired)}</transactionAmounts>"
        f"<postTransactionAmounts>{cell('sharesOwnedFollowingTransaction', after)}</postTransactionAmounts>"
        f"<ownershipNature>{cell('directOrIndirectOwnership', direct)}</ownershipNature></{name}>"
    )


def holding(shares: str = "5000", *, direct: str = "D", nature: str = "", derivative: bool = False) -> str:
    name = "derivativeHolding" if derivative else "nonDerivativeHolding"
    return (
        f"<{name}>{cell('securityTitle', 'Warrant' if derivative else 'Common Stock')}"
        f"<postTransactionAmounts>{cell('sharesOwnedFollowingTransaction', shares)}</postTransactionAmounts>"
        f"<ownershipNature>{cell('directOrIndirectOwnership', direct)}{cell('natureOfOwnership', nature)}"
        f"</ownershipNature></{name}>"
    )


def owner(name: str = "DOE JANE", key: str = "0001999001", *, ticks: str = "officer", title: str = "CFO") -> str:
    names = {"director": "isDirector", "officer": "isOfficer", "ten": "isTenPercentOwner", "other": "isOther"}
    relation = "".join(f"<{tag}>{int(tick in ticks)}</{tag}>" for tick, tag in names.items())
    return (
        f"<reportingOwner><reportingOwnerId><rptOwnerCik>{key}</rptOwnerCik>"
        f"<rptOwnerName>{escape(name)}</rptOwnerName></reportingOwnerId><reportingOwnerRelationship>{relation}"
        f"<officerTitle>{escape(title)}</officerTitle></reportingOwnerRelationship></reportingOwner>"
    )


def ownership(
    *rows: str,
    form: str = "4",
    owners: Sequence[str] = (),
    box: str | None = "0",
    footnotes: dict[str, str] | None = None,
    remarks: str = "",
    schema: str = "X0508",
    more: str = "",
) -> bytes:
    plain = "".join(row for row in rows if row.startswith("<nonDerivative"))
    derivative = "".join(row for row in rows if row.startswith("<derivative"))
    notes = "".join(f'<footnote id="{key}">{escape(text)}</footnote>' for key, text in (footnotes or {}).items())
    return (
        f'<?xml version="1.0"?>\n<ownershipDocument><schemaVersion>{schema}</schemaVersion>'
        f"<documentType>{form}</documentType><periodOfReport>2026-03-04</periodOfReport>{more}"
        "<issuer><issuerCik>0001999100</issuerCik><issuerName>Vega Grid Corp</issuerName>"
        "<issuerTradingSymbol>VGRD</issuerTradingSymbol></issuer>"
        f"{''.join(owners) or owner()}{'' if box is None else f'<aff10b5One>{box}</aff10b5One>'}"
        f"<nonDerivativeTable>{plain}</nonDerivativeTable><derivativeTable>{derivative}</derivativeTable>"
        f"<footnotes>{notes}</footnotes><remarks>{escape(remarks)}</remarks>"
        "<ownerSignature><signatureName>/s/ Jane Doe</signatureName><signatureDate>2026-03-05</signatureDate>"
        "</ownerSignature></ownershipDocument>\n"
    ).encode()


def submission(kind: str, document: str, *, header: str = "") -> bytes:
    return (
        f"<SEC-DOCUMENT>0001999001-26-000007.txt : 20260305\n<SEC-HEADER>0001999001-26-000007.hdr.sgml : 20260305\n"
        f"CONFORMED SUBMISSION TYPE:\t{kind}\n{header}</SEC-HEADER>\n<DOCUMENT>\n<TYPE>{kind}\n<SEQUENCE>1\n"
        f"<FILENAME>doc1.xml\n<TEXT>\n{document}\n</TEXT>\n</DOCUMENT>\n</SEC-DOCUMENT>\n"
    ).encode()


def person_13d(name: str, share: str = "6.2", shares: str = "3100000", *, sole: str = "0", kind: str = "PN") -> str:
    return (
        f"<reportingPersonInfo><reportingPersonCIK>0001999201</reportingPersonCIK>"
        f"<reportingPersonName>{escape(name)}</reportingPersonName><citizenshipOrOrganization>DE"
        f"</citizenshipOrOrganization><soleVotingPower>{sole}</soleVotingPower><sharedVotingPower>{shares}"
        f"</sharedVotingPower><aggregateAmountOwned>{shares}</aggregateAmountOwned><percentOfClass>{share}"
        f"</percentOfClass><typeOfReportingPerson>{kind}</typeOfReportingPerson></reportingPersonInfo>"
    )


def schedule_13d(
    *persons: str, form: str = "SCHEDULE 13D", number: str = "", purpose: str = "", stake: str = "", event: str = ""
) -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><edgarSubmission xmlns="http://www.sec.gov/edgar/schedule13D" '
        'xmlns:com="http://www.sec.gov/edgar/common"><schemaVersion>X0202</schemaVersion>'
        f"<headerData><submissionType>{form}</submissionType></headerData><formData><coverPageHeader>"
        f"{f'<amendmentNo>{number}</amendmentNo>' if number else ''}"
        "<securitiesClassTitle>Common Stock, $0.01 par value</securitiesClassTitle>"
        f"<dateOfEvent>{event or '05/04/2026'}</dateOfEvent><issuerInfo><issuerCIK>0001999100</issuerCIK>"
        "<issuerCusips><issuerCusipNumber>000000AA0</issuerCusipNumber></issuerCusips>"
        "<issuerName>Vega Grid Corp</issuerName><address><com:city>Boston</com:city></address></issuerInfo>"
        f"</coverPageHeader><reportingPersons>{''.join(persons) or person_13d('Irongate Partners LP')}"
        f"</reportingPersons><items1To7><item4><transactionPurpose>{escape(purpose)}</transactionPurpose></item4>"
        f"<item5><percentageOfClassSecurities>{escape(stake)}</percentageOfClassSecurities></item5></items1To7>"
        "</formData></edgarSubmission>"
    ).encode()


def proposed_sale(
    *lots: tuple[str, str],
    form: str = "144",
    person: str = "DOE JANE",
    roles: Sequence[str] = ("Officer", "Director"),
    plan: str = "",
    remarks: str = "",
) -> bytes:
    sold = "".join(
        "<securitiesInformation><securitiesClassTitle>Common</securitiesClassTitle><brokerOrMarketmakerDetails>"
        f"<name>Larkspur Brokers</name></brokerOrMarketmakerDetails><noOfUnitsSold>{shares}</noOfUnitsSold>"
        f"<aggregateMarketValue>{value}</aggregateMarketValue><noOfUnitsOutstanding>50000000</noOfUnitsOutstanding>"
        "<approxSaleDate>05/27/2026</approxSaleDate><securitiesExchangeName>NASDAQ</securitiesExchangeName>"
        "</securitiesInformation>"
        for shares, value in lots or [("12000", "182400.00")]
    )
    adopted = f"<planAdoptionDates><planAdoptionDate>{plan}</planAdoptionDate></planAdoptionDates>" if plan else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><edgarSubmission xmlns="http://www.sec.gov/edgar/ownership">'
        f"<headerData><submissionType>{form}</submissionType></headerData><formData><issuerInfo>"
        "<issuerCik>0001999100</issuerCik><issuerName>Vega Grid Corp</issuerName>"
        f"<nameOfPersonForWhoseAccountTheSecuritiesAreToBeSold>{escape(person)}"
        "</nameOfPersonForWhoseAccountTheSecuritiesAreToBeSold><relationshipsToIssuer>"
        f"{''.join(f'<relationshipToIssuer>{role}</relationshipToIssuer>' for role in roles)}"
        f"</relationshipsToIssuer></issuerInfo>{sold}"
        "<nothingToReportFlagOnSecuritiesSoldInPast3Months>Y</nothingToReportFlagOnSecuritiesSoldInPast3Months>"
        f"<remarks>{escape(remarks)}</remarks><noticeSignature><noticeDate>05/27/2026</noticeDate>{adopted}"
        "<signature>/s/ Jane Doe</signature></noticeSignature></formData></edgarSubmission>"
    ).encode()


def schedule_13g(share: str = "7.4", *, form: str = "SCHEDULE 13G", ceased: str = "N") -> bytes:
    return (
        '<edgarSubmission xmlns="http://www.sec.gov/edgar/schedule13g"><headerData>'
        f"<submissionType>{form}</submissionType></headerData><formData><coverPageHeader>"
        "<securitiesClassTitle>Common Stock</securitiesClassTitle>"
        "<eventDateRequiresFilingThisStatement>12/31/2025</eventDateRequiresFilingThisStatement>"
        "<issuerInfo><issuerCik>0001999100</issuerCik><issuerName>Vega Grid Corp</issuerName></issuerInfo>"
        "<designateRulesPursuantThisScheduleFiled><designateRulePursuantThisScheduleFiled>Rule 13d-1(b)"
        "</designateRulePursuantThisScheduleFiled></designateRulesPursuantThisScheduleFiled></coverPageHeader>"
        "<coverPageHeaderReportingPersonDetails><reportingPersonName>Larkspur Index Advisers</reportingPersonName>"
        "<reportingPersonBeneficiallyOwnedNumberOfShares><soleVotingPower>10</soleVotingPower>"
        "</reportingPersonBeneficiallyOwnedNumberOfShares>"
        "<reportingPersonBeneficiallyOwnedAggregateNumberOfShares>3700000.00"
        f"</reportingPersonBeneficiallyOwnedAggregateNumberOfShares><classPercent>{share}</classPercent>"
        "<typeOfReportingPerson>IA</typeOfReportingPerson></coverPageHeaderReportingPersonDetails>"
        f"<items><item5><classOwnership5PercentOrLess>{ceased}</classOwnership5PercentOrLess></item5></items>"
        "</formData></edgarSubmission>"
    ).encode()


COVER_TEXT = """
                 UNITED STATES SECURITIES AND EXCHANGE COMMISSION
                              SCHEDULE 13D
                (Amendment No. {number})*

                            VEGA GRID CORP
------------------------------------------------------------
                           (Name of Issuer)

                    Common Stock, par value $0.01
------------------------------------------------------------
                    (Title of Class of Securities)

                              000000AA0
                            (CUSIP Number)

                          {event}
     (Date of Event which Requires Filing of this Statement)
{pages}
Item 1.  Security and Issuer.
The Common Stock of Vega Grid Corp.

Item 4.  Purpose of Transaction.
{purpose}

Item 5.  Interest in Securities of the Issuer.
{stake}

Item 6.  Contracts.
None.
"""

PAGE_TEXT = """
CUSIP No. 000000AA0
 1   NAMES OF REPORTING PERSONS
     I.R.S. IDENTIFICATION NOS. OF ABOVE PERSONS (ENTITIES ONLY)

     {name}    12-3456789

 2   CHECK THE APPROPRIATE BOX IF A MEMBER OF A GROUP        (a) [X]  (b) [ ]
 3   SEC USE ONLY
 4   SOURCE OF FUNDS
     WC
 6   CITIZENSHIP OR PLACE OF ORGANIZATION
     Delaware
                 7   SOLE VOTING POWER
   NUMBER OF         -0-
   SHARES        8   SHARED VOTING POWER
                     {shares}
                 9   SOLE DISPOSITIVE POWER
                     0
                10   SHARED DISPOSITIVE POWER
                     {shares} (1)
11   AGGREGATE AMOUNT BENEFICIALLY OWNED BY EACH REPORTING PERSON
     {shares}
12   CHECK BOX IF THE AGGREGATE AMOUNT IN ROW (11) EXCLUDES CERTAIN SHARES  [ ]
13   PERCENT OF CLASS REPRESENTED BY AMOUNT IN ROW (11)
     {percent}
14   TYPE OF REPORTING PERSON
     {kind}
"""


def page(name: str, shares: str = "3,100,000", share: str = "6.2%", kind: str = "PN") -> str:
    return PAGE_TEXT.format(name=name, shares=shares, percent=share, kind=kind)


def cover(*pages: str, number: str = "", purpose: str = "Investment.", stake: str = "", event: str = "") -> str:
    return COVER_TEXT.format(
        pages="".join(pages) or page("Irongate Partners LP"),
        number=number,
        purpose=purpose,
        stake=stake or "See the cover pages.",
        event=event or "March 4, 2022",
    )


def as_html(text: str) -> str:
    """Give a cover page as a filer's program would: a table row for each line."""
    rows = "".join(f"<tr><td>&nbsp;</td><td><font>{escape(one.strip())}</font></td></tr>" for one in text.split("\n"))
    return f"<html><head><title>SC 13D</title></head><body><table>{rows}</table></body></html>"


def as_cells(text: str) -> str:
    """The same with the number of each row in a cell of its own, as other programs write it."""
    lines = (re.sub(r"^(\d{1,2})\s+", r"\1.</p></td><td><p>", escape(one.strip())) for one in text.split("\n"))
    rows = "".join(f"<tr><td><p>{one}</p></td></tr>" for one in lines)
    return f"<html><body><table>{rows}</table></body></html>"
