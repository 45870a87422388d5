"""How wires write an exchange in a tag, and the letters that end a Reuters code (RIC), with the MIC (ISO 10383).

The American ones are named as in the SEC's table (`names.AMERICAN`).
"""

from __future__ import annotations

from alertd.companies.names import exchange_of

_AMERICAN = {
    "Nasdaq": "nasdaq nasdaqgs nasdaqgm nasdaqcm nasdaqcapitalmarket nasdaqglobalselectmarket nasdaqglobalmarket",
    "NYSE": "nyse nysearca nyseamerican nysemkt nyseamex amex arca newyorkstockexchange nysetexas",
    "OTC": "otc otcqb otcqx otcmkts otcmarkets otcpink pink pinksheets otcbb otcid",
    "CBOE": "cboe bats cboebzx bzx",
}
_ELSEWHERE = """
    lse=XLON lon=XLON aim=XLON londonstockexchange=XLON tsx=XTSE tse=XTSE tsxv=XTSX tsxventure=XTSX cse=XCNQ
    neo=NEOE asx=XASX nzx=XNZE hkex=XHKG hkg=XHKG hkse=XHKG sehk=XHKG sgx=XSES jse=XJSE tyo=XTKS tokyo=XTKS krx=XKRX
    kospi=XKRX kosdaq=XKRX kse=XKRX twse=XTAI tpe=XTAI szse=XSHE she=XSHE sse=XSHG sha=XSHG nse=XNSE bse=XBOM
    bom=XBOM fra=XFRA fwb=XFRA fse=XFRA xetra=XETR etr=XETR euronext=XPAR euronextparis=XPAR epa=XPAR par=XPAR
    euronextamsterdam=XAMS ams=XAMS euronextbrussels=XBRU ebr=XBRU euronextlisbon=XLIS euronextdublin=XDUB
    borsaitaliana=XMIL bit=XMIL bme=XMAD six=XSWX swx=XSWX vtx=XSWX omx=XSTO sto=XSTO nasdaqstockholm=XSTO
    nasdaqcopenhagen=XCSE cph=XCSE nasdaqhelsinki=XHEL hel=XHEL ose=XOSL osl=XOSL oslo=XOSL b3=BVMF bovespa=BVMF
    bvmf=BVMF bmv=XMEX tadawul=XSAU moex=MISX
"""
_RIC = """
    O=Nasdaq OQ=Nasdaq N=NYSE K=NYSE A=NYSE P=NYSE Z=CBOE PK=OTC QX=OTC L=XLON DE=XETR F=XFRA PA=XPAR AS=XAMS
    BR=XBRU MI=XMIL MC=XMAD S=XSWX ST=XSTO CO=XCSE OL=XOSL HE=XHEL LS=XLIS VI=XWBO I=XDUB WA=XWAR IS=XIST T=XTKS
    HK=XHKG TO=XTSE V=XTSX AX=XASX NZ=XNZE SI=XSES KS=XKRX KQ=XKRX SS=XSHG SZ=XSHE TW=XTAI NS=XNSE BO=XBOM SA=BVMF
    MX=XMEX JO=XJSE
"""
EXCHANGES: dict[str, str] = {name: group for group, names in _AMERICAN.items() for name in names.split()}
EXCHANGES |= dict(pair.split("=") for pair in _ELSEWHERE.split())
"""Folded, without blanks."""
RIC_ENDINGS: dict[str, str] = dict(pair.split("=") for pair in _RIC.split())


def exchange_named(text: str) -> str:
    """Give the exchange that a tag names; one that nobody knows as it is written."""
    return EXCHANGES.get("".join(c for c in text.lower() if c.isalnum()), exchange_of(text))
